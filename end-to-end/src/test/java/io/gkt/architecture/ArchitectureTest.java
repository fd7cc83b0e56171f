package io.gkt.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may know whom. */
class ArchitectureTest {

    private static final String CIRCUIT_BREAKER = "io.github.resilience4j.circuitbreaker..";
    private static final String[] FRAMEWORKS = {
        "org.springframework..", "jakarta.servlet..", "io.micrometer..", "io.github.resilience4j.."
    };
    private static final String[] MODEL_LIBRARIES = {"ai.djl..", "com.hubspot.."};

    enum Module {
        COMMON_PROTOCOL(),
        INFERENCE(),
        DEMO_MODELS(INFERENCE),
        COMMON_SERVICE(COMMON_PROTOCOL, INFERENCE, DEMO_MODELS),
        CLOUD_TEACHER(COMMON_PROTOCOL, INFERENCE, DEMO_MODELS, COMMON_SERVICE),
        EDGE_STUDENT(COMMON_PROTOCOL, INFERENCE, DEMO_MODELS, COMMON_SERVICE),
        EVALUATION(COMMON_PROTOCOL, INFERENCE, DEMO_MODELS),
        BENCHMARK(COMMON_PROTOCOL, INFERENCE, DEMO_MODELS);

        private final Set<Module> known;

        Module(Module... known) {
            this.known = Set.of(known);
        }

        Path classes() {
            return Path.of("..", name().toLowerCase().replace('_', '-'), "target", "classes");
        }

        DescribedPredicate<JavaClass> contains() {
            String location = classes().toAbsolutePath().normalize().toUri().toString();
            return describe(
                    "are of " + this,
                    type -> type.getSource()
                            .map(source -> source.getUri().toString().startsWith(location))
                            .orElse(false));
        }
    }

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importPaths(Arrays.stream(Module.values()).map(Module::classes).toList());

    @ParameterizedTest
    @EnumSource
    void modulesKnowOnlyThoseTheyMayKnow(Module module) {
        for (Module other : Module.values()) {
            if (other != module && !module.known.contains(other)) {
                noClasses()
                        .that(module.contains())
                        .should()
                        .dependOnClassesThat(other.contains())
                        .check(CLASSES);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"COMMON_PROTOCOL", "INFERENCE", "DEMO_MODELS", "EVALUATION"})
    void onlyServicesKnowTheFramework(Module module) {
        noClasses()
                .that(module.contains())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(FRAMEWORKS)
                .check(CLASSES);
    }

    /** It simulates edges with the circuit breaker that they have, and nothing else of what they are made from. */
    @Test
    void theBenchmarkKnowsOfTheFrameworkTheCircuitBreakerOnly() {
        noClasses()
                .that(Module.BENCHMARK.contains())
                .should()
                .dependOnClassesThat(resideInAnyPackage(FRAMEWORKS).and(not(resideInAPackage(CIRCUIT_BREAKER))))
                .check(CLASSES);
    }

    /** The benchmark calls the library beside the decoder, to measure what it can reach at most. */
    @ParameterizedTest
    @EnumSource(
            names = {"INFERENCE", "BENCHMARK"},
            mode = EnumSource.Mode.EXCLUDE)
    void onlyInferenceAndItsBenchmarkKnowWhatRunsModels(Module module) {
        noClasses()
                .that(module.contains())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(MODEL_LIBRARIES)
                .check(CLASSES);
    }

    @Test
    void inferenceValidatesNoBeans() {
        noClasses()
                .that(Module.INFERENCE.contains())
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jakarta..")
                .check(CLASSES);
    }

    @Test
    void packagesFormNoCycles() {
        slices().assignedFrom(new EveryPackage()).should().beFreeOfCycles().check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Util", "Utils", "Manager", "Impl", "Helper"})
    void namesSayWhatAClassIs(String ending) {
        noClasses().should().haveSimpleNameEndingWith(ending).check(CLASSES);
    }

    private static final class EveryPackage implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "every package";
        }
    }
}
