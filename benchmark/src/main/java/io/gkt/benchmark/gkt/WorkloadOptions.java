package io.gkt.benchmark.gkt;

import picocli.CommandLine.Option;

/** Options that say what each request asks for. Defaults: the paper's load, as published models count GSM8K. */
final class WorkloadOptions {

    @Option(
            names = "--shared-tokens",
            paramLabel = "N",
            defaultValue = "640",
            description = "Tokens of the worked examples that all prompts begin with. Default: ${DEFAULT-VALUE}, about "
                    + "the 8 of GSM8K")
    private int shared;

    @Option(
            names = "--question-tokens",
            paramLabel = "N",
            defaultValue = "80",
            description = "Tokens of each question after them. Default: ${DEFAULT-VALUE}")
    private int question;

    @Option(
            names = "--guidance-tokens",
            paramLabel = "N",
            defaultValue = "40",
            description = "Tokens of guidance. Default: ${DEFAULT-VALUE}")
    private int guidance;

    @Option(
            names = "--answer-tokens",
            paramLabel = "N",
            defaultValue = "300",
            description = "Tokens of a whole answer, guidance included. Default: ${DEFAULT-VALUE}")
    private int answer;

    /** @throws IllegalArgumentException if there can be no such requests */
    Workload workload() {
        return Workload.of(shared, question, guidance, answer);
    }

    /** @return the options that say the same to another process */
    String[] arguments() {
        return new String[] {
            "--shared-tokens=" + shared,
            "--question-tokens=" + question,
            "--guidance-tokens=" + guidance,
            "--answer-tokens=" + answer
        };
    }
}
