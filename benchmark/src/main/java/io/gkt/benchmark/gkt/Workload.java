package io.gkt.benchmark.gkt;

/**
 * What each request asks for, in tokens. The models may count differently, as their tokenizers do.
 *
 * @param teacher         the prompt as the teacher counts it
 * @param student         the prompt as the student counts it
 * @param guidance        that the teacher writes
 * @param studentGuidance the same as the student counts it
 * @param answer          of the whole answer, guidance included
 */
record Workload(Prompt teacher, Prompt student, int guidance, int studentGuidance, int answer) {

    /**
     * @param tokens in all
     * @param shared of them at the beginning that all prompts have in common, less than all
     */
    record Prompt(int tokens, int shared) {

        Prompt {
            if (shared < 0 || shared >= tokens) {
                throw new IllegalArgumentException(shared + " shared tokens of " + tokens);
            }
        }
    }

    Workload {
        if (guidance < 1 || studentGuidance < 0 || guidance > answer || studentGuidance > answer) {
            throw new IllegalArgumentException("guidance must have 1 to " + answer + " tokens");
        }
    }

    /** For two models that count alike. */
    static Workload of(int shared, int question, int guidance, int answer) {
        Prompt prompt = new Prompt(shared + question, shared);
        return new Workload(prompt, prompt, guidance, guidance, answer);
    }
}
