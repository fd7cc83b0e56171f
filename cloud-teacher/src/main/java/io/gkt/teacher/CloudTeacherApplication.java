package io.gkt.teacher;

import io.gkt.service.start.ServiceStart;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Starts the teacher. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class CloudTeacherApplication {

    /** @param arguments settings as {@code --name=value}, or {@code --help} */
    public static void main(String[] arguments) {
        ServiceStart.run(CloudTeacherApplication.class, TeacherSettings.class, TeacherSettings::checkModel, arguments);
    }
}
