package io.gkt.service;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says why a model can't be used, without a stack trace. */
final class ModelStartFailureAnalyzer extends AbstractFailureAnalyzer<ModelStartException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ModelStartException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.action(), cause);
    }
}
