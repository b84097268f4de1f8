// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import com.sun.management.OperatingSystemMXBean;
import io.github.jloss.Backend;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the figures were taken on. */
final class Machine {

    private Machine() {}

    /** The lines at the head of the report, in order. */
    static Map<String, String> describe() {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("CPU", cpu() + ", " + Runtime.getRuntime().availableProcessors() + " logical cores");
        lines.put("Memory", memory());
        lines.put("OS", property("os.name") + " " + property("os.version") + ", " + property("os.arch"));
        lines.put("JDK", property("java.vendor") + " " + property("java.vm.version"));
        lines.put("jloss", Backend.cpu().describe());
        return lines;
    }

    private static String property(String name) {
        return System.getProperty(name);
    }

    private static String cpu() {
        String model = firstLine(Path.of("/proc/cpuinfo"), "model name");
        if (model == null) {
            model = output("sysctl", "-n", "machdep.cpu.brand_string");
        }
        return model == null ? property("os.arch") : model;
    }

    private static String memory() {
        var os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        String text = "%.1f GiB".formatted(os.getTotalMemorySize() / (double) (1 << 30));
        // Large arrays run faster where the kernel gives huge pages unasked ("always").
        String pages = firstLine(Path.of("/sys/kernel/mm/transparent_hugepage/enabled"), "");
        return pages == null ? text : text + ", transparent huge pages: " + pages.replaceAll(".*\\[(.*)].*", "$1");
    }

    private static String firstLine(Path file, String start) {
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(start)).findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse(null);
        } catch (IOException e) {
            return null;
        }
    }

    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 && !text.isEmpty() ? text : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
