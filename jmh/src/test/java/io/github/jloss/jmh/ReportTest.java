// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {

    private static final Spec BCE = new Spec(Kind.JLOSS, "bce", Shape.of("65536"), 1);

    private final Map<Spec, Measurement> results = new HashMap<>();

    private void put(Spec spec, double... micros) {
        results.put(spec, new Measurement(micros, new double[] {0.4}, 1.1));
    }

    private String report(List<String> failures, String... arguments) {
        Map<String, String> head = new LinkedHashMap<>(Map.of("CPU", "abacus"));
        return Report.of(Settings.parse(arguments), head, results, true, failures);
    }

    private static void assertLine(String report, String line) {
        assertTrue(report.lines().anyMatch(line::equals), () -> "no line\n" + line + "\nin\n" + report);
    }

    @Test
    void putsMediansSpreadsAndRatiosIntoTables() {
        put(BCE, 50, 60, 48);
        put(BCE.withThreads(2), 25);
        put(BCE.with(Kind.LIBTORCH), 250, 240, 260);
        put(BCE.plain(), 8.6);
        put(Spec.fma(1), FmaPeakBenchmark.FMAS / 60_000.0);
        put(BCE.with(Kind.POLLUTED), 51);
        put(BCE.with(Kind.SEGMENT), 52.5);
        String report = report(List.of(), "--peers", "--losses", "bce", "--sizes", "65536");

        assertLine(report, "- CPU: abacus");
        assertLine(report, "- Command: `jmh/run --peers --losses bce --sizes 65536`");
        assertLine(report, "| bce | 65,536 | 1 | 50.0 ± 12 % | 250 ± 4 % | 5.0x | 0 |");
        assertLine(report, "| bce | 65,536 | 2 | 25.0 ± 0 % | - | - | 0 |");
        // 60,000 fmas in a microsecond, 50 microseconds, 65,536 elements.
        assertLine(report, "| bce | 65,536 | 1 | 50.0 ± 12 % | 8.60 ± 0 % | 5.81 | 45.8 | - | 120 | - |");
        assertLine(report, "| bce | 65,536 | 50.0 ± 12 % | 25.0 ± 0 % | 2.00x | - | - |");
        assertLine(report, "| bce | 65,536 | 1 | 50.0 ± 12 % | 51.0 ± 0 % | 1.02 | 0 |");
        assertLine(report, "| bce | 65,536 | 1 | 50.0 ± 12 % | 52.5 ± 0 % | 1.05 | 0 |");
        assertFalse(report.contains("Failed"));
    }

    @Test
    void putsTheDeviceBesideTheCpu() {
        put(BCE, 50);
        put(BCE.withThreads(4), 20);
        put(BCE.with(Kind.RESIDENT), 10, 8, 12);
        put(BCE.with(Kind.SENT), 200);
        put(BCE.copy(), 8);
        String report = report(List.of(), "--device", "--threads", "1,4", "--losses", "bce", "--sizes", "65536");

        assertLine(report, "| loss | size | CPU, 1 thread us | CPU, 4 threads us | resident us | sent us"
                + " | CPU / resident | CPU / sent | GB/s | copy GB/s | of copy |");
        // 3 x 65,536 floats, 786,432 bytes.
        assertLine(report, "| bce | 65,536 | 50.0 ± 0 % | 20.0 ± 0 % | 10.0 ± 20 % | 200 ± 0 % | 2.00x | 0.10x | 78.6"
                + " | 98.3 | 80 % |");
        assertFalse(report.contains("segment"));

        String alone = report(List.of(), "--device", "--no-cpu", "--losses", "bce", "--sizes", "65536");
        assertLine(alone, "| loss | size | resident us | sent us | GB/s | copy GB/s | of copy |");
        assertLine(alone, "| bce | 65,536 | 10.0 ± 20 % | 200 ± 0 % | 78.6 | 98.3 | 80 % |");
    }

    @Test
    void countsWhatMustMove() {
        assertEquals(3 * 1000, new Spec(Kind.RESIDENT, "mse", Shape.of("1000"), 1).moved());
        assertEquals(2 * 1000, new Spec(Kind.RESIDENT, "cross_entropy", Shape.of("100x10"), 1).moved());
        assertEquals(4 * 1000, new Spec(Kind.RESIDENT, "contrastive", Shape.of("100x10"), 1).moved());
        assertEquals(2 * 5 * (3 + 7), new Spec(Kind.RESIDENT, "arcface", Shape.of("3x5x7"), 1).moved());
        assertEquals(Shape.of("1500"), new Spec(Kind.RESIDENT, "mse", Shape.of("1000"), 1).copy().shape());
    }

    @Test
    void matrixProductsAreGivenAsAPartOfThePeak() {
        Spec arc = new Spec(Kind.JLOSS, "arcface", Shape.of("100x10x200"), 1);
        put(arc, 20);
        put(Spec.fma(1), FmaPeakBenchmark.FMAS / 60_000.0);
        // 3 products of 2 x 100 x 10 x 200 operations; 2 x (100 + 200) x 10 floats are moved.
        assertLine(report(List.of(), "--losses", "arcface", "--sizes", "100x10x200"),
                "| arcface | 100x10x200 | 1 | 20.0 ± 0 % | - | - | - | 60 | 120 | 50 % |");
        assertEquals(Shape.of("2000"), arc.plain().shape());
        assertEquals(Map.of("gigaflops", 60.0, "partOfFmaPeak", 0.5), new Limits(results).of(arc));
    }

    @Test
    void withoutAnAllocatorThatKeepsItsMemoryThereIsNoRatioToLibtorch() {
        put(BCE, 50);
        put(BCE.with(Kind.LIBTORCH), 250);
        assertLine(Report.of(Settings.parse("--peers", "--losses", "bce", "--sizes", "65536"), Map.of(), results, false,
                List.of()), "| bce | 65,536 | 1 | 50.0 ± 0 % | 250 ± 0 % | - | 0 |");
    }

    @Test
    void aQuickLookRunsOncePerLossWhatHasLittleToDoWithTheSize() {
        assertEquals(1, Settings.parse("--quick", "--losses", "bce").specs().stream()
                .filter(s -> s.kind() == Kind.POLLUTED).count());
        assertEquals(3, Settings.parse("--losses", "bce").specs().stream()
                .filter(s -> s.kind() == Kind.POLLUTED).count());
    }

    @Test
    void saysWhatWasNotRunAndWhatFailed() {
        put(BCE, 50);
        String report = report(List.of("bce: not the same work"), "--threads", "1", "--losses", "bce");
        assertEquals(3, report.lines().filter("Not run."::equals).count());
        assertLine(report, "- bce: not the same work");
    }

    @Test
    void marksWhatWasNotSteady() {
        results.put(BCE, new Measurement(new double[] {50}, new double[] {0}, 1.6));
        assertLine(report(List.of(), "--losses", "bce", "--threads", "1", "--sizes", "65536"),
                "| bce | 65,536 | 1 | 50.0 ± 0 % (!) | - | - | 0 |");
    }

    @Test
    void showsThreeDigits() {
        assertEquals("0.12", Report.micros(0.123));
        assertEquals("10.0", Report.micros(9.996));
        assertEquals("100", Report.micros(99.96));
        assertEquals("171,234", Report.micros(171_234.4));
    }

    @Test
    void mistakesOnTheCommandLineAreTold() {
        for (String[] wrong : new String[][] {{"--losses", "bse"}, {"--sizes", "0"}, {"--sizes", "8x"},
            {"--sizes", "2000000000"}, {"--threads", "two"}, {"--forks"},
            {"--loss"}, {"--device", "--peers"}, {"--no-cpu"}}) {
            assertThrows(IllegalArgumentException.class, () -> Settings.parse(wrong), () -> String.join(" ", wrong));
        }
    }

    @Test
    void comparesThingsSideBySide() {
        List<Spec> specs = Settings.parse("--peers", "--losses", "bce,mse", "--sizes", "65536").specs();
        assertEquals(List.of(Kind.FMA, Kind.FMA, Kind.PLAIN, Kind.JLOSS, Kind.LIBTORCH, Kind.SEGMENT, Kind.POLLUTED,
                Kind.JLOSS), specs.stream().map(Spec::kind).limit(8).toList());
        assertEquals(2 * (1 + 1 + 2 * 2) + 2 * 2, specs.size());
        assertEquals(List.of(Kind.JLOSS, Kind.RESIDENT, Kind.COPY, Kind.SENT, Kind.JLOSS),
                Settings.parse("--device", "--threads", "1,4", "--losses", "bce", "--sizes", "65536").specs().stream()
                        .map(Spec::kind).toList());
        assertEquals(List.of(Kind.RESIDENT, Kind.COPY, Kind.SENT),
                Settings.parse("--device", "--no-cpu", "--losses", "bce", "--sizes", "65536").specs().stream()
                        .map(Spec::kind).toList());
    }
}
