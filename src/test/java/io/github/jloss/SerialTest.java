// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.spi.NamedBackend;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.Serializable;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every loss comes back from Java serialization as itself, and computes the same bits. */
class SerialTest {

    @ParameterizedTest
    @MethodSource("io.github.jloss.Calls#all")
    void comesBack(Calls.Call call) throws Exception {
        Criterion read = Serial.copy(call.criterion());
        assertEquals(call.criterion(), read);
        assertEquals(call.criterion().hashCode(), read.hashCode());
        assertEquals(call.criterion().toString(), read.toString());
        assertEquals(call.criterion().totals(call.batch()), read.totals(call.batch()));
        float[][] expected = call.gradients(call.criterion());
        float[][] found = call.gradients(read);
        for (int i = 0; i < expected.length; i++) assertArrayEquals(expected[i], found[i]);
        // What is kept of one call for the next must not travel, nor be missed.
        assertEquals(call.criterion(), Serial.copy(read));
    }

    /** Otherwise classes that only gained a method could not be read any more. */
    @ParameterizedTest
    @MethodSource("io.github.jloss.Calls#all")
    void hasAVersionOfItsOwn(Calls.Call call) throws Exception {
        for (Class<?> c = call.criterion().getClass(); Serializable.class.isAssignableFrom(c); c = c.getSuperclass()) {
            assertEquals(long.class, c.getDeclaredField("serialVersionUID").getType());
        }
    }

    @Test
    void sumsOfHeads() throws Exception {
        MultiTaskLoss loss = MultiTaskLoss.of("a", 0.5, new MSELoss()).plus("b", -1, JaccardLoss.binary());
        assertEquals(loss, Serial.copy(loss));
    }

    /** Weights in any memory are written as numbers. */
    @ParameterizedTest
    @MethodSource("memories")
    void weightsAnywhere(Memory memory) throws Exception {
        Loss loss = new BCEWithLogitsLoss().withWeight(memory.copy(new float[] {1, 2, 3})).withReduction(Reduction.SUM);
        assertEquals(loss, Serial.copy(loss));
    }

    static Memory[] memories() {
        return Memory.values();
    }

    /** Threads and executors do not travel. */
    @Test
    void backEndsByTheirNames() throws Exception {
        assertEquals(new MSELoss(), Serial.copy(new MSELoss().on(Backend.cpu(3))));
        assertEquals(new MSELoss(), Serial.copy(new MSELoss().on(Backend.cpu(Runnable::run, 3))));
        String message = assertThrows(InvalidObjectException.class, () -> Serial.copy(new NamedBackend("abacus")))
                .getMessage();
        assertTrue(message.contains("abacus") && message.contains("cpu"), message);
    }

    @Test
    void functionsThatDoNotTravel() throws Exception {
        DoubleUnaryOperator stays = y -> 1 - y;
        ContrastiveLoss loss = new ContrastiveLoss().withLabelTransform(stays);
        String message = assertThrows(NotSerializableException.class, () -> Serial.bytes(loss)).getMessage();
        assertTrue(message.startsWith("ContrastiveLoss[") && message.contains("(DoubleUnaryOperator & Serializable)"),
                message);
        DoubleUnaryOperator travels = (DoubleUnaryOperator & Serializable) y -> 1 - y;
        Tensor x = Tensor.of(Numbers.inputs(12, 1), 3, 4);
        Tensor other = Tensor.of(Numbers.inputs(12, 2), 3, 4);
        ContrastiveLoss moved = new ContrastiveLoss().withLabelTransform(travels);
        Labels y = Labels.of(0, 1, 1);
        assertEquals(moved.forward(x, other, y), Serial.copy(moved).forward(x, other, y));
    }
}
