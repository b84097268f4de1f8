// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.formula;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.MSELoss;
import io.github.jloss.internal.kernel.Parameters;
import io.github.jloss.spi.ElementFormula;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every formula of the library can be translated: none runs in scalar code because of a slip of the pen. */
class LifterTest {

    /** All formulas of the losses, found by what they are: one that is added is tested, too. */
    static List<Class<? extends ElementFormula>> formulas() throws IOException, URISyntaxException {
        Path classes = Path.of(MSELoss.class.getResource("MSELoss.class").toURI()).getParent();
        try (Stream<Path> files = Files.list(classes)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".class")).sorted()
                    .<Class<?>>map(name -> type(name.substring(0, name.length() - ".class".length())))
                    .filter(c -> c.isRecord() && ElementFormula.class.isAssignableFrom(c))
                    .<Class<? extends ElementFormula>>map(c -> c.asSubclass(ElementFormula.class)).toList();
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName("io.github.jloss." + name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void formulasAreFound() throws IOException, URISyntaxException {
        List<String> owners = formulas().stream().map(c -> c.getEnclosingClass().getSimpleName()).distinct().toList();
        assertTrue(owners.containsAll(List.of("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "RMSELoss",
                "BCEWithLogitsLoss", "WeightedBCEWithLogitsLoss", "AsymmetricLossMultiLabel", "Focal")),
                owners::toString);
    }

    @ParameterizedTest
    @MethodSource("formulas")
    void isLifted(Class<? extends ElementFormula> formula) {
        Parameters parameters = new Parameters(formula);
        long booleans = Arrays.stream(formula.getRecordComponents()).filter(c -> c.getType() == boolean.class).count();
        for (int variant = 0; variant < 1 << booleans; variant++) {
            Node value = new Lifter(formula, parameters, variant).lift("value");
            assertEquals(Node.Type.FLOAT, value.type());
            assertTrue(value instanceof Node.Operation, value::toString);
            if (isTooLong(parameters, formula, variant)) {
                continue;
            }
            // Of what only counts or adds up it is a constant.
            assertEquals(Node.Type.FLOAT, new Lifter(formula, parameters, variant).lift("gradient").type());
        }
    }

    /** Focal losses with exponents of 8 and more whose losses are divided by their factors: no vectors for these. */
    private static boolean isTooLong(Parameters parameters, Class<?> formula, int variant) {
        return formula.getEnclosingClass().getSimpleName().equals("Focal") && parameters.flag("steep", variant)
                && formula.getSimpleName().equals("Coefficients") && parameters.flag("normalized", variant);
    }
}
