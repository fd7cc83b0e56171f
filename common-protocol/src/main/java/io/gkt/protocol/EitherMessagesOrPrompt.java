package io.gkt.protocol;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A guidance request says what to answer in one way. Violations are reported for {@code messages}. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = EitherMessagesOrPrompt.Validator.class)
@interface EitherMessagesOrPrompt {

    String message() default "give exactly one of messages and prompt";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    final class Validator implements ConstraintValidator<EitherMessagesOrPrompt, GuidanceRequest> {

        @Override
        public boolean isValid(GuidanceRequest request, ConstraintValidatorContext context) {
            if ((request.messages() == null) != (request.prompt() == null)) {
                return true;
            }
            context.disableDefaultConstraintViolation();
            context.buildConstraintViolationWithTemplate(context.getDefaultConstraintMessageTemplate())
                    .addPropertyNode("messages")
                    .addConstraintViolation();
            return false;
        }
    }
}
