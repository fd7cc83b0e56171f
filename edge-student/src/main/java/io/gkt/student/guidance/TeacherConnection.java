package io.gkt.student.guidance;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;

/**
 * How the teacher is reached.
 *
 * @param url    where it listens, such as {@code http://teacher:8090}; null if there is none
 * @param apiKey what it knows this edge by; null if it asks for none
 * @param http   speaks HTTP/1.1: its offer to upgrade makes some servers lose the body
 */
public record TeacherConnection(URI url, String apiKey, HttpClient http) {

    HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve(path));
        return apiKey == null ? request : request.header("Authorization", "Bearer " + apiKey);
    }

    /** Without the key: it is nobody's business. */
    @Override
    public String toString() {
        return "TeacherConnection[" + url + "]";
    }
}
