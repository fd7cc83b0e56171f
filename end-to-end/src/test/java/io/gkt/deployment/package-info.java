/** What is deployed, against the types of Kubernetes, the rules of Prometheus and the running services. */
package io.gkt.deployment;
