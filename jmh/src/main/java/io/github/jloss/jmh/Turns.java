// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import io.github.jloss.Batch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The side of jloss in {@code jmh/peers}: does what a line of the standard input says, answers with a line, and waits
 * for its next turn, warm. {@code subjects} lists losses and their sizes; {@code machine} tells where this is;
 * {@code prepare LOSS SIZE THREADS FOLDER} makes a batch and writes it and the gradients for the others;
 * {@code measure SECONDS} calls the loss for so long and answers with the median time in microseconds.
 */
final class Turns {

    /** Of a turn, however long they take. */
    private static final int FEWEST_CALLS = 3;

    private static final int MOST_CALLS = 1 << 20;

    private LossBenchmark measured;

    private final int warmUpCalls;

    /** The unit tests need no calls beforehand. */
    Turns(int warmUpCalls) {
        this.warmUpCalls = warmUpCalls;
    }

    /**
     * Runs until the standard input ends.
     *
     * @param arguments none
     * @throws IOException if the standard input cannot be read
     */
    public static void main(String... arguments) throws IOException {
        Turns turns = new Turns(LossBenchmark.WARM_UP_CALLS);
        try (var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(turns.answer(line.split(" ")));
            }
        }
    }

    String answer(String... words) {
        try {
            return switch (words[0]) {
                case "subjects" -> subjects();
                case "machine" -> Machine.describe().entrySet().stream().map(Map.Entry::getValue)
                        .collect(Collectors.joining("; "));
                case "prepare" -> prepare(words[1], words[2], Integer.parseInt(words[3]), Path.of(words[4]));
                case "measure" -> measure(Double.parseDouble(words[1]));
                default -> "error no such command: " + words[0];
            };
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            return "error " + String.valueOf(e).replaceAll("\\s+", " ");
        }
    }

    private static String subjects() {
        return Subjects.ALL.stream().map(subject -> subject.name() + "=" + subject.shapes().stream()
                .map(Shape::toString).collect(Collectors.joining(","))).collect(Collectors.joining(" "));
    }

    private String prepare(String loss, String shape, int threads, Path folder) throws IOException {
        measured = new LossBenchmark();
        measured.loss = loss;
        measured.shape = shape;
        measured.threads = threads;
        measured.memory = "array";
        measured.warmUpCalls = warmUpCalls;
        measured.setUp();
        double value = measured.valueAndGradient();
        Batch batch = measured.batch();
        StringBuilder answer = new StringBuilder().append(value);
        Data data = Subjects.of(loss).data().apply(Shape.of(shape));
        for (int i = 0; i < data.inputs().size(); i++) {
            Data.Array input = data.inputs().get(i);
            answer.append(" input").append(i).append('=').append(dims(input.shape()));
            write(folder.resolve("input" + i), MemorySegment.ofArray(input.data()));
            write(folder.resolve("gradient" + i), MemorySegment.ofArray((float[]) batch.gradient(i).storage()));
        }
        if (data.target() != null) {
            answer.append(" target=").append(dims(data.target().shape()));
            write(folder.resolve("target"), MemorySegment.ofArray(data.target().data()));
        }
        if (data.labels() != null) {
            answer.append(" labels=").append(dims(data.labels().shape()));
            write(folder.resolve("labels"), MemorySegment.ofArray(data.labels().data()));
        }
        return answer.toString();
    }

    private static String dims(long... shape) {
        return Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining("x"));
    }

    private static void write(Path file, MemorySegment data) throws IOException {
        try (Arena arena = Arena.ofConfined(); FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.map(FileChannel.MapMode.READ_WRITE, 0, data.byteSize(), arena).copyFrom(data);
        }
    }

    private String measure(double seconds) {
        double[] micros = new double[MOST_CALLS];
        int calls = 0;
        long start = System.nanoTime();
        long end = start;
        while (calls < FEWEST_CALLS || calls < MOST_CALLS && end - start < seconds * 1e9) {
            long before = end;
            measured.valueAndGradient();
            end = System.nanoTime();
            micros[calls++] = (end - before) / 1e3;
        }
        return String.valueOf(new Measurement(Arrays.copyOf(micros, calls), new double[0], 1).median());
    }
}
