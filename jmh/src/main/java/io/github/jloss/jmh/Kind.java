// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

/** What is measured at one loss, size and number of threads. */
enum Kind {

    /** The plain addition loop; it has no loss. */
    PLAIN("PlainAddBenchmark", "plain loop", 1.5),

    /** Independent fused multiply-adds, the most that the processor does; it has no loss. */
    FMA("FmaPeakBenchmark", "fma peak", 1),

    /** jloss alone in its JVM, over arrays. */
    JLOSS("LossBenchmark", "jloss", 4),

    /** libtorch; its set-up also checks the figures against ours. */
    LIBTORCH("LibtorchBenchmark", "libtorch", 3),

    /** jloss over native segments. */
    SEGMENT("LossBenchmark", "jloss, segment", 4),

    /** jloss after all other losses ran in the same JVM. */
    POLLUTED("LossBenchmark", "jloss, after all others", 20),

    /** jloss on a device, where everything but labels stays between the calls. */
    RESIDENT("DeviceBenchmark", "device, resident", 8),

    /** jloss on a device, over arrays that travel there and back in each call. */
    SENT("DeviceBenchmark", "device, sent", 8),

    /** A copy within the device's memory; it has no loss. */
    COPY("DeviceCopyBenchmark", "device, copy", 6);

    private final String type;
    private final String label;
    private final double overheadSeconds;

    Kind(String type, String label, double overheadSeconds) {
        this.type = type;
        this.label = label;
        this.overheadSeconds = overheadSeconds;
    }

    /** The benchmark, as JMH selects it. */
    String include() {
        return "^io\\.github\\.jloss\\.jmh\\." + type + "\\.";
    }

    String label() {
        return label;
    }

    /** What a fork takes besides its iterations, for the estimate: start, data, checks, pollution. */
    double overheadSeconds() {
        return overheadSeconds;
    }

    boolean hasLoss() {
        return this != PLAIN && this != FMA && this != COPY;
    }

    boolean isJloss() {
        return hasLoss() && this != LIBTORCH;
    }

    boolean isOnDevice() {
        return this == RESIDENT || this == SENT || this == COPY;
    }

    /** Where the tensors of jloss are. */
    String memory() {
        return switch (this) {
            case SEGMENT -> "segment";
            case RESIDENT -> "device";
            default -> "array";
        };
    }
}
