// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A device at work: its memory, and the plan of the kernels that were asked for so far. A plan can learn no new kernel
 * and its memory cannot grow, so then another is made, and what the memory holds moves through the host: once for each
 * kind of loss a program uses. (To have all kernels in from the start costs the first call more than it saves the
 * others: 3 to 4 seconds instead of 1.3.) One call at a time; others wait.
 */
final class Session {

    /** Floats of the first plan's memory, 64 MiB. */
    private static final int FIRST_CAPACITY = 1 << 24;

    /** Floats of the largest plan's memory: kernels count them in an int. */
    private static final int MOST = Integer.MAX_VALUE & -1024;

    private final Device device;
    private final boolean fast;
    private final ReentrantLock lock = new ReentrantLock();
    private Map<Kernel, Kernel.Task> kernels = Map.of();
    private Heap heap;
    private Plan plan;
    private int generation;

    Session(Device device, boolean fast) {
        this.device = device;
        this.fast = fast;
    }

    Device device() {
        return device;
    }

    /** Begins a call: no other one runs until it is closed. */
    Call call() {
        lock.lock();
        return new Call(this);
    }

    /** Only {@link Call} ends what {@link #call} began. */
    void end() {
        lock.unlock();
    }

    /** Counts how often the device was closed: memory of an earlier opening is gone. */
    int generation() {
        return generation;
    }

    int take(long n) {
        if (heap == null) {
            heap = new Heap();
        }
        int at = n > MOST ? -1 : heap.take((int) n);
        if (at >= 0) return at;
        if (heap.used() + n > MOST) {
            throw new BackendFailure("out of memory: " + heap.used() + " floats are in use and " + n
                    + " more were asked for, expected at most " + MOST + " in all");
        }
        long wanted = Math.max(Math.max(FIRST_CAPACITY, 2L * heap.capacity()), heap.used() + 2 * n);
        long least = Math.min(heap.used() + n + 1023 & -1024, MOST);
        try {
            replacePlan((int) Math.min(wanted, MOST), kernels);
        } catch (BackendFailure e) {
            // There may be room for what was asked for, if for no more.
            if (heap == null || least >= wanted) throw e;
            try {
                replacePlan((int) least, kernels);
            } catch (BackendFailure again) {
                e.addSuppressed(again);
                throw e;
            }
        }
        return heap.take((int) n);
    }

    void give(int at, long n) {
        if (heap != null) heap.give(at, (int) n);
    }

    /** Sees to it that the plan has these kernels. */
    void prepare(List<Kernel> wanted) {
        if (plan != null && wanted.stream().allMatch(plan::has)) return;
        Map<Kernel, Kernel.Task> more = new LinkedHashMap<>(kernels);
        // What cannot even be loaded fails here, and does not cost the plan that there is.
        wanted.forEach(kernel -> more.computeIfAbsent(kernel, k -> k.task(fast)));
        replacePlan(plan == null ? FIRST_CAPACITY : plan.capacity(), more);
    }

    Plan.FloatResults run(Kernel kernel, int groups, int[] arguments, float[] options) {
        prepare(List.of(kernel));
        return plan.run(kernel, groups, arguments, options);
    }

    void upload(MemorySegment source, long from, int to, int n) {
        plan.upload(source, from, to, n);
    }

    void download(int from, MemorySegment target, long to, int n) {
        plan.download(from, target, to, n);
    }

    /**
     * Makes another plan. If that fails, what the memory held is put back into one like the last; and if that fails,
     * too, it is lost, and tensors say so.
     */
    private void replacePlan(int capacity, Map<Kernel, Kernel.Task> wanted) {
        if (heap == null) {
            heap = new Heap();
        }
        int used = plan == null ? 0 : heap.used();
        int before = plan == null ? 0 : plan.capacity();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment held = arena.allocate((long) used * Float.BYTES, Float.BYTES);
            if (plan != null) {
                plan.download(0, held, 0, used);
                plan.close();
                plan = null;
            }
            try {
                plan = newPlan(capacity, wanted);
                kernels = wanted;
            } catch (BackendFailure e) {
                restore(before, held, used, e);
                throw e;
            }
            plan.upload(held, 0, 0, used);
        }
        if (capacity > heap.capacity()) {
            heap.grow(capacity);
        }
    }

    /** Puts what a plan held into another one like it, as the one that was to take its place cannot be made. */
    private void restore(int before, MemorySegment held, int used, BackendFailure why) {
        if (before == 0) return;
        try {
            plan = newPlan(before, kernels);
            plan.upload(held, 0, 0, used);
        } catch (BackendFailure e) {
            why.addSuppressed(e);
            forget();
        }
    }

    private Plan newPlan(int capacity, Map<Kernel, Kernel.Task> wanted) {
        try {
            return new Plan(device, fast, capacity, wanted);
        } catch (RuntimeException | Error e) {
            throw new BackendFailure("no plan with " + (capacity >> 18) + " MiB of memory on " + device
                    + " (-Dtornado.device.memory=8GB, say, allows more)", e);
        }
    }

    private void forget() {
        generation++;
        heap = null;
    }

    /** Frees the device memory. */
    void close() {
        lock.lock();
        try {
            forget();
            if (plan != null) {
                plan.close();
                plan = null;
            }
        } finally {
            lock.unlock();
        }
    }
}
