/** The embedded default pair of models: a teacher that plans well and a student that calculates well. */
package io.gkt.demo;
