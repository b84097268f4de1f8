// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.jloss.Backend;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Param;

class BenchmarksTest {

    private static final int SIZE = 1003;

    /** As many dimensions as the loss needs, all odd. */
    private static Shape shape(Subject subject) {
        return Shape.of(switch (subject.small().rank()) {
            case 1 -> String.valueOf(SIZE);
            case 2 -> "37x19";
            case 3 -> "7x19x33";
            default -> "2x5x7x9";
        });
    }

    private static double value(String loss, int threads, String memory) {
        LossBenchmark benchmark = new LossBenchmark();
        benchmark.loss = loss;
        benchmark.shape = shape(Subjects.of(loss)).toString();
        benchmark.threads = threads;
        benchmark.memory = memory;
        benchmark.warmUpCalls = 0;
        benchmark.setUp();
        try {
            return benchmark.valueAndGradient();
        } finally {
            benchmark.tearDown();
        }
    }

    @Test
    void everyLossRunsInEveryWayAndGivesTheSame() {
        for (String loss : Subjects.NAMES) {
            double value = value(loss, 1, "array");
            assertTrue(value > 0, loss);
            assertEquals(value, value(loss, 2, "array"), loss);
            assertEquals(value, value(loss, 2, "segment"), loss);
        }
    }

    @Test
    void theBenchmarkKnowsAllLosses() throws NoSuchFieldException {
        assertEquals(Subjects.NAMES, List.of(LossBenchmark.class.getField("loss").getAnnotation(Param.class).value()));
    }

    @Test
    void plainAddAddsAllWithAnyNumberOfThreads() {
        Data data = Data.numbers(SIZE);
        float[] expected = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            expected[i] = data.inputs().getFirst().data()[i] + data.target().data()[i];
        }
        for (int threads = 1; threads <= 3; threads++) {
            PlainAddBenchmark benchmark = new PlainAddBenchmark();
            benchmark.size = SIZE;
            benchmark.threads = threads;
            benchmark.setUp();
            try {
                assertArrayEquals(expected, benchmark.add());
                assertArrayEquals(expected, benchmark.add());
            } finally {
                benchmark.tearDown();
            }
        }
    }

    @Test
    void theFmaPeakIsOfWhatItSaysItComputes() {
        assumeTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
        for (int threads = 1; threads <= 2; threads++) {
            FmaPeakBenchmark benchmark = new FmaPeakBenchmark();
            benchmark.size = 384 * 20;
            benchmark.threads = threads;
            benchmark.setUp();
            benchmark.tearDown();
        }
    }

    @Test
    void coldCallsTellWhatTheyTook() {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out));
        try {
            ColdCalls.main("contrastive", "4x16", "false");
        } finally {
            System.setOut(before);
        }
        double[] numbers = Arrays.stream(out.toString().strip().split(" ")).mapToDouble(Double::parseDouble).toArray();
        assertEquals(5, numbers.length);
        assertTrue(numbers[0] <= numbers[1] && numbers[1] <= numbers[2], out::toString);
    }

    @Test
    void whatTakesTurnsWritesItsNumbersAndTellsTheTime(@TempDir Path folder) throws IOException {
        Turns turns = new Turns(0);
        assertTrue(turns.answer("subjects").contains("contrastive=4096x4,4096x16"));
        String prepared = turns.answer("prepare", "contrastive", "37x19", "1", folder.toString());
        assertTrue(prepared.endsWith(" input0=37x19 input1=37x19 target=37"), prepared);
        for (String name : List.of("input0", "input1", "gradient0", "gradient1")) {
            assertEquals(37 * 19 * Float.BYTES, Files.size(folder.resolve(name)), name);
        }
        assertTrue(turns.answer("prepare", "cross_entropy", "37x19", "1", folder.toString()).endsWith(" labels=37"));
        assertTrue(Double.parseDouble(turns.answer("measure", "0.01")) > 0);
        assertTrue(turns.answer("prepare", "bse", "37x19", "1", folder.toString()).startsWith("error "));
    }

    @Test
    void pollutionCallsTheOthers() {
        assertDoesNotThrow(() -> Pollution.runAllBut("bce", Backend.cpu(1), BenchmarksTest::shape, 2, 2));
    }

    @Test
    void differentWorkIsNoticed() {
        float[] gradient = {1, 0.5f};
        assertDoesNotThrow(() -> Agreement.require("bce", 2, 2.00001));
        assertThrows(IllegalStateException.class, () -> Agreement.require("bce", 2, 2.1));
        assertThrows(IllegalStateException.class, () -> Agreement.require("bce", Double.NaN, 2));
        assertDoesNotThrow(() -> Agreement.require("bce", gradient, new float[] {1.00001f, 0.5f}));
        assertThrows(IllegalStateException.class, () -> Agreement.require("bce", gradient, new float[] {1, 0.501f}));
        assertThrows(IllegalStateException.class,
                () -> Agreement.require("bce", gradient, new float[] {1, Float.NaN}));
    }

    @Test
    void anotherDeviceIsNoticed() {
        assertDoesNotThrow(() -> Agreement.requireDevice("tornado: 0:0 abacus"));
        System.setProperty(Agreement.DEVICE, "tornado: 0:0 abacus");
        try {
            assertDoesNotThrow(() -> Agreement.requireDevice("tornado: 0:0 abacus"));
            assertThrows(IllegalStateException.class, () -> Agreement.requireDevice("tornado: 0:0 fingers"));
        } finally {
            System.clearProperty(Agreement.DEVICE);
        }
    }
}
