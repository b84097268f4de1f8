// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.formula;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.AsymmetricLossMultiLabel;
import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.FocalLoss;
import io.github.jloss.HuberLoss;
import io.github.jloss.L1Loss;
import io.github.jloss.Loss;
import io.github.jloss.MSELoss;
import io.github.jloss.RMSELoss;
import io.github.jloss.SmoothL1Loss;
import io.github.jloss.WeightedBCEWithLogitsLoss;
import io.github.jloss.internal.kernel.Parameters;
import io.github.jloss.spi.ElementFormula;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every formula of the library can be translated: none runs in scalar code because of a slip of the pen. */
class LifterTest {

    static List<Class<? extends Loss>> losses() {
        return List.of(MSELoss.class, L1Loss.class, SmoothL1Loss.class, HuberLoss.class, RMSELoss.class,
                BCEWithLogitsLoss.class, WeightedBCEWithLogitsLoss.class, AsymmetricLossMultiLabel.class,
                FocalLoss.class);
    }

    /** The records inside the losses, found by what they are: a formula that is added is tested, too. */
    static Stream<Class<? extends ElementFormula>> formulas() {
        return losses().stream().flatMap(loss -> Arrays.stream(loss.getDeclaredClasses()))
                .filter(ElementFormula.class::isAssignableFrom).map(c -> c.asSubclass(ElementFormula.class));
    }

    @Test
    void everyLossHasAFormula() {
        assertEquals(losses().size() + 5, formulas().count(), "BCEWithLogitsLoss has two, FocalLoss five");
        assertEquals(losses().size(), formulas().map(Class::getEnclosingClass).distinct().count());
    }

    @ParameterizedTest
    @MethodSource("formulas")
    void isLifted(Class<? extends ElementFormula> formula) {
        Parameters parameters = new Parameters(formula);
        long booleans = Arrays.stream(formula.getRecordComponents()).filter(c -> c.getType() == boolean.class).count();
        for (int variant = 0; variant < 1 << booleans; variant++) {
            for (String method : List.of("value", "gradient")) {
                Node node = new Lifter(formula, parameters, variant).lift(method);
                assertNotNull(node);
                assertEquals(Node.Type.FLOAT, node.type());
                // What is only counted has no slope.
                boolean counts = method.equals("gradient") && formula.getSimpleName().equals("Count");
                assertTrue(counts || node instanceof Node.Operation, node::toString);
            }
        }
    }
}
