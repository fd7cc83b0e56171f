/** Both services as containers, from the Dockerfiles and from docker-compose.yml, in a container engine of this machine. */
package io.gkt.container;
