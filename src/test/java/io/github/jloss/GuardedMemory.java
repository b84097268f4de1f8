// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory of the operating system's with a page before and a page behind that nobody may touch: whoever does ends the
 * JVM with SIGSEGV. Linux only.
 */
final class GuardedMemory implements Calls.Place, AutoCloseable {

    private static final int NONE = 0;
    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final List<ValueLayout> LABELS = List.of(JAVA_INT, JAVA_LONG, ValueLayout.JAVA_SHORT,
            ValueLayout.JAVA_BYTE);

    private static final MethodHandle MMAP = function("mmap",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MPROTECT = function("mprotect",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MUNMAP = function("munmap",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PAGE = function("getpagesize", FunctionDescriptor.of(JAVA_INT));

    private final boolean atEnd;
    private final int page = call(PAGE).intValue();
    private final int bytes;
    private final List<Long> regions = new ArrayList<>();
    private int used;

    /** Regions of so many bytes, rounded up to pages; what is put there touches the page behind, or the one before. */
    GuardedMemory(int bytes, boolean atEnd) {
        this.bytes = (bytes + page - 1) / page * page;
        this.atEnd = atEnd;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor);
    }

    private static Number call(MethodHandle function, Object... arguments) {
        try {
            return (Number) function.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** What was put here before may be overwritten. */
    void reuse() {
        used = 0;
    }

    @SuppressWarnings("restricted")
    private MemorySegment take(long wanted) {
        if (wanted > bytes) throw new AssertionError(wanted + " bytes");
        if (used == regions.size()) regions.add(map());
        long from = regions.get(used++) + page + (atEnd ? bytes - wanted : 0);
        return MemorySegment.ofAddress(from).reinterpret(wanted);
    }

    private long map() {
        long region = call(MMAP, 0L, 2L * page + bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L).longValue();
        if (region == -1) throw new AssertionError("mmap");
        for (long guard : new long[] {region, region + page + bytes}) {
            if (call(MPROTECT, guard, (long) page, NONE).intValue() != 0) throw new AssertionError("mprotect");
        }
        return region;
    }

    /** How many guard pages the system itself says are there, and may not be read or written. */
    long guards() throws Exception {
        List<String> maps = Files.readAllLines(Path.of("/proc/self/maps"));
        return regions.stream().flatMap(r -> List.of(r, r + page + bytes).stream()).filter(guard ->
                maps.stream().anyMatch(line -> {
                    String[] parts = line.split("[- ]", 4);
                    return line.split(" ")[1].equals("---p") && Long.parseUnsignedLong(parts[0], 16) <= guard
                            && Long.parseUnsignedLong(parts[1], 16) >= guard + page;
                })).count();
    }

    int regions() {
        return regions.size();
    }

    @Override
    public Tensor floats(float[] data, long... shape) {
        MemorySegment segment = take(4L * data.length);
        MemorySegment.copy(data, 0, segment, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, data.length);
        return Tensor.of(segment, shape);
    }

    /** In each of the widths in turn. */
    @Override
    public Labels labels(int[] data, long... shape) {
        ValueLayout layout = LABELS.get(used % LABELS.size());
        MemorySegment segment = take(layout.byteSize() * data.length);
        for (int i = 0; i < data.length; i++) {
            switch (layout) {
                case ValueLayout.OfInt _ -> segment.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, data[i]);
                case ValueLayout.OfLong _ -> segment.set(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i, data[i]);
                case ValueLayout.OfShort _ -> segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, (short) data[i]);
                default -> segment.set(ValueLayout.JAVA_BYTE, i, (byte) data[i]);
            }
        }
        return Labels.of(segment, layout, shape);
    }

    @Override
    public void close() {
        for (long region : regions) call(MUNMAP, region, 2L * page + bytes);
    }
}
