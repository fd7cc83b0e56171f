package io.gkt.student;

import io.gkt.service.start.ServiceStart;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the edge. */
@SpringBootApplication(proxyBeanMethods = false)
public class EdgeStudentApplication {

    /** @param arguments settings as {@code --name=value}, or {@code --help} */
    public static void main(String[] arguments) {
        ServiceStart.run(EdgeStudentApplication.class, StudentSettings.class, StudentSettings::checkModel, arguments);
    }
}
