package io.gkt.evaluation.accuracy;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads whole numbers from 1. */
final class Positive implements ITypeConverter<Integer> {

    @Override
    public Integer convert(String value) {
        if (!value.matches("0*[1-9]\\d{0,8}")) {
            throw new TypeConversionException("'" + value + "' is not a whole number from 1");
        }
        return Integer.valueOf(value);
    }
}
