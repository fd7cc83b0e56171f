package io.gkt.demo.training;

import io.gkt.demo.problem.ProblemGenerator;
import io.gkt.demo.tokenizer.TokenizerLearner;
import io.gkt.inference.checkpoint.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** Writes the files of a Hugging Face model directory that stand beside its weights. */
final class ModelFiles {

    private static final ObjectWriter JSON = JsonMapper.builder().build().writerWithDefaultPrettyPrinter();

    private static final long TOKENIZER_SEED = 7;
    private static final int TOKENIZER_TEXTS = 4_000;

    /**
     * Only the last question is asked: these models know nothing of earlier turns or of instructions, which would only
     * lead them astray. What the assistant said to it last is the answer, which may be continued.
     */
    private static final String CHAT_TEMPLATE = "{%- set ns = namespace(question='') -%}"
            + "{%- for message in messages -%}{%- if message['role'] != 'assistant' -%}"
            + "{%- set ns.question = message['content'] | trim -%}"
            + "{%- endif -%}{%- endfor -%}"
            + "{{- 'Q: ' + ns.question + '\n' -}}"
            + "{%- if messages[-1]['role'] == 'assistant' -%}"
            + "{{- 'A: ' + messages[-1]['content'] | trim + eos_token + '\n' -}}"
            + "{%- endif -%}"
            + "{%- if add_generation_prompt -%}{{- 'A:' -}}{%- endif -%}";

    private ModelFiles() {}

    /** Writes everything but the weights. */
    static void write(Path directory, Recipe recipe) throws IOException {
        Files.createDirectories(directory);
        var texts = ProblemGenerator.training(TOKENIZER_SEED).stream()
                .limit(TOKENIZER_TEXTS)
                .flatMap(problem -> Stream.of(problem, problem.asDrill()))
                .map(problem -> problem.prompt() + " " + problem.answer());
        write(
                directory.resolve("tokenizer.json"),
                recipe.tokenizer().learn(texts, recipe.config().vocabularySize()));
        write(directory.resolve("tokenizer_config.json"), tokenizerConfig(recipe.config()));
        write(directory.resolve("config.json"), modelConfig(recipe.config()));
        write(
                directory.resolve("generation_config.json"),
                Map.of("do_sample", false, "eos_token_id", TokenizerLearner.END_OF_TEXT_ID));
    }

    private static Map<String, Object> tokenizerConfig(ModelConfig model) {
        var config = new LinkedHashMap<String, Object>();
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
        config.put("add_bos_token", false);
        config.put("bos_token", null);
        config.put("eos_token", TokenizerLearner.END_OF_TEXT);
        config.put("pad_token", TokenizerLearner.END_OF_TEXT);
        config.put("clean_up_tokenization_spaces", false);
        config.put("model_max_length", model.contextLength());
        config.put("chat_template", CHAT_TEMPLATE);
        return config;
    }

    private static Map<String, Object> modelConfig(ModelConfig model) {
        var config = new LinkedHashMap<String, Object>();
        config.put("architectures", List.of("LlamaForCausalLM"));
        config.put("model_type", model.family());
        config.put("hidden_size", model.hiddenSize());
        config.put("num_hidden_layers", model.layers());
        config.put("num_attention_heads", model.heads());
        config.put("num_key_value_heads", model.keyValueHeads());
        config.put("head_dim", model.headSize());
        config.put("intermediate_size", model.intermediateSize());
        config.put("vocab_size", model.vocabularySize());
        config.put("max_position_embeddings", model.contextLength());
        config.put("hidden_act", "silu");
        config.put("rms_norm_eps", model.normEpsilon());
        config.put("rope_theta", model.rope().theta());
        config.put("tie_word_embeddings", model.tiedEmbeddings());
        config.put("bos_token_id", null);
        config.put("eos_token_id", TokenizerLearner.END_OF_TEXT_ID);
        config.put("pad_token_id", TokenizerLearner.END_OF_TEXT_ID);
        config.put("torch_dtype", "float16");
        return config;
    }

    private static void write(Path file, Map<String, ?> json) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(json) + "\n");
    }
}
