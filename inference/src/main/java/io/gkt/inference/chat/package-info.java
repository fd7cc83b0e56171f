/** Chat messages to prompts: the chat templates of Hugging Face models, rendered as transformers does. */
package io.gkt.inference.chat;
