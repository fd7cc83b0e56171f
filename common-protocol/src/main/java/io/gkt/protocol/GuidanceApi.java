package io.gkt.protocol;

/** Names and limits of the guidance endpoint. */
public final class GuidanceApi {

    /** Where guidance is asked for with POST; {@code DELETE} of the path followed by {@code /id} cancels. */
    public static final String PATH = "/v1/guidance";

    /** Request header: whole milliseconds, 0 or more, after which the caller has no use for the answer. */
    public static final String DEADLINE_HEADER = "X-GKT-Deadline-Ms";

    /** Data of the last event of a stream that is whole; the last event of one that broke off is an error. */
    public static final String STREAM_END = "[DONE]";

    /** What a request's id looks like. */
    public static final String ID_PATTERN = "[A-Za-z0-9._-]{1,64}";

    /** Most messages of a conversation. */
    public static final int MAX_MESSAGES = 2048;

    /** Most stop sequences of a request. */
    public static final int MAX_STOP_SEQUENCES = 4;

    /** Longest stop sequence in UTF-16 code units. */
    public static final int MAX_STOP_LENGTH = 256;

    /** Longest model name in UTF-16 code units. */
    public static final int MAX_MODEL_LENGTH = 256;

    private GuidanceApi() {}
}
