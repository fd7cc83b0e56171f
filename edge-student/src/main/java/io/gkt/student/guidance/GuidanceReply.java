package io.gkt.student.guidance;

import io.gkt.protocol.GuidanceResponse;

/**
 * What the teacher answered.
 *
 * @param response its guidance, that of a stream put together
 * @param bytes    size of the body
 */
record GuidanceReply(GuidanceResponse response, int bytes) {}
