package io.gkt.teacher;

import io.gkt.service.SettingsHelp;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Starts the teacher. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class CloudTeacherApplication {

    /** @param arguments settings as {@code --name=value}, or {@code --help} */
    public static void main(String[] arguments) {
        if (!SettingsHelp.printIfAsked(arguments)) {
            SpringApplication.run(CloudTeacherApplication.class, arguments);
        }
    }
}
