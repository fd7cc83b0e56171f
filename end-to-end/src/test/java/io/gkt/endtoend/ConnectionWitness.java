package io.gkt.endtoend;

import java.io.FileWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.Permission;

/**
 * Runs inside a service as Java's security manager, allows everything, and writes down every host that is looked up or
 * connected to, by whatever API, proxies or not. Java has it up to version 23.
 */
@SuppressWarnings("removal")
public final class ConnectionWitness extends SecurityManager {

    /** Where to write: a system property. */
    static final String FILE = "connections.witness";

    @Override
    public void checkConnect(String host, int port) {
        try (FileWriter file = new FileWriter(System.getProperty(FILE), true)) {
            file.write(host + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void checkConnect(String host, int port, Object context) {
        checkConnect(host, port);
    }

    @Override
    public void checkPermission(Permission permission) {}

    @Override
    public void checkPermission(Permission permission, Object context) {}
}
