/** Reads Hugging Face model directories: configuration and safetensors weights. No pickle is ever read. */
package io.gkt.inference.checkpoint;
