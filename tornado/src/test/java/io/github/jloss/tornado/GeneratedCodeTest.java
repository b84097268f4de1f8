// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.jloss.AngularPenaltySMLoss;
import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.Backward;
import io.github.jloss.Batch;
import io.github.jloss.CosineEmbeddingLoss;
import io.github.jloss.Criterion;
import io.github.jloss.CrossEntropyLoss;
import io.github.jloss.DiceLoss;
import io.github.jloss.Labels;
import io.github.jloss.NLLLoss;
import io.github.jloss.Target;
import io.github.jloss.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The code that TornadoVM makes of the kernels uses local memory where it is: of an array that a method was handed it
 * takes the element of number {@code 4 i + 16}, as if it were bytes behind a header. What lies there is nobody's, which
 * some devices bear.
 */
class GeneratedCodeTest {

    /** {@code __local float adf_4[512];} of OpenCL, {@code __shared__ float adf_4[512];} of CUDA. */
    private static final Pattern ARRAY = Pattern.compile("__(?:local|shared__) +\\w+ (\\w+)\\[(\\d+)\\];");

    /** What is added up to {@code l_96 = l_95 + 16L}. */
    private static final String HEADER = " *= *\\w+ \\+ 16L?;";

    @Test
    void localArraysAreIndexedByElements() throws Exception {
        assumeFalse(Device.byDefault().kind().equals("PTX"), "PTX counts bytes");
        String[] kernels = OtherJvm.output(Everything.class, "-Dtornado.printKernel=true")
                .split("(?=__kernel void|__global__ void)");
        List<String> wrong = new ArrayList<>();
        int withArrays = 0;
        for (String kernel : kernels) {
            Map<String, Integer> arrays = new HashMap<>();
            ARRAY.matcher(kernel).results().forEach(m -> arrays.put(m.group(1), Integer.parseInt(m.group(2))));
            withArrays += arrays.isEmpty() ? 0 : 1;
            arrays.forEach((array, length) -> {
                Matcher uses = Pattern.compile("\\b" + array + "\\[(?:(\\d+)L?|(\\w+))\\]").matcher(kernel);
                while (uses.find()) {
                    boolean outside = uses.group(1) != null && Integer.parseInt(uses.group(1)) > length;
                    boolean behind = uses.group(2) != null
                            && Pattern.compile("\\b" + uses.group(2) + HEADER).matcher(kernel).find();
                    if (outside || behind) wrong.add(uses.group() + " of " + length);
                }
            });
        }
        assertEquals(List.of(), wrong);
        assertTrue(withArrays >= 10, withArrays + " kernels have local arrays: what they look like may have changed");
    }

    /** Has each kernel compiled. */
    static final class Everything {
        public static void main(String[] args) {
            Tensor many = Tensor.zeros(2, 128);
            run(new BCEWithLogitsLoss(), many, many);
            run(new CrossEntropyLoss(), many, Labels.of(0, 1));
            run(new CrossEntropyLoss(), Tensor.zeros(2, 3), Labels.of(0, 1));
            run(new NLLLoss(), many, Labels.of(0, 1));
            run(DiceLoss.binary(), many, many);
            run(DiceLoss.multiclass(), Tensor.zeros(1, 3, 5), Labels.of(new int[5]).reshape(1, 5));
            run(new CosineEmbeddingLoss(), List.of(many, many), Labels.of(1, -1));
            run(AngularPenaltySMLoss.arcface(), List.of(many, many), Labels.of(0, 1));
        }

        private static void run(Criterion loss, Tensor input, Target target) {
            run(loss, List.of(input), target);
        }

        private static void run(Criterion loss, List<Tensor> inputs, Target target) {
            List<Tensor> gradients = inputs.stream().map(Tensor::zerosLike).toList();
            loss.on(new TornadoBackend()).forwardBackward(new Batch(inputs, target, gradients), Backward.OVERWRITE);
        }
    }
}
