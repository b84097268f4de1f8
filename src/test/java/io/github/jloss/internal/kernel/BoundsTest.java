// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.internal.kernel;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.jloss.internal.kernel.PointwiseKernel.Mode;
import io.github.jloss.spi.ElementFormula;
import io.github.jloss.spi.PointwiseFormula;
import io.github.jloss.spi.Scalar;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Formulas at the bounds of what can be translated, and beyond: at once scalar code, with a warning. */
class BoundsTest extends FormulaTests {

    /** The best place to cut this formula is an int. */
    record CutAtInt() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            float slow = x / 3 / 5 / 7 / 11;
            int bits = ((((Float.floatToRawIntBits(slow) & 0x7fffffff) + 3 ^ 5) - 7 | 1) ^ 9) - 2 & 0x3fffffff;
            return (Float.intBitsToFloat(bits) - t) / 13 / 17 / 19 / 23;
        }

        @Override
        public float gradient(float x, float t) {
            return 1;
        }
    }

    record CutAtShift() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            int bits = Float.floatToRawIntBits(x / 3 / 5 / 7 / 11) >> 3 ^ 0x55;
            bits = (((bits + 3 ^ 5) - 7 | 1) ^ 9) - 2;
            return (bits + bits) / 13f / 17 / 19 / 23 - t;
        }

        @Override
        public float gradient(float x, float t) {
            return 1;
        }
    }

    /** 1,200 operations. */
    record Long() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            float v = x;
            v = v * 0.5f + t; v = v - 1f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 4f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 7f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 10f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 13f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 16f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 19f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 22f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 25f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 28f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 31f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 34f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 37f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 40f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 43f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 46f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 49f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 52f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 55f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 58f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 61f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 64f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 67f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 70f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 73f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 76f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 79f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 82f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 85f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 88f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 91f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 94f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 97f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 100f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 103f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 106f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 109f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 112f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 115f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 118f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 121f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 124f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 127f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 130f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 133f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 136f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 139f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 142f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 145f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 148f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 151f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 154f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 157f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 160f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 163f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 166f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 169f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 172f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 175f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 178f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 181f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 184f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 187f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 190f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 193f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 196f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 199f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 202f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 205f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 208f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 211f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 214f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 217f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 220f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 223f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 226f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 229f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 232f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 235f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 238f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 241f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 244f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 247f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 250f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 253f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 256f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 259f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 262f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 265f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 268f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 271f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 274f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 277f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 280f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 283f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 286f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 289f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 292f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 295f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 298f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 301f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 304f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 307f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 310f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 313f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 316f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 319f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 322f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 325f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 328f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 331f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 334f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 337f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 340f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 343f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 346f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 349f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 352f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 355f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 358f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 361f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 364f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 367f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 370f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 373f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 376f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 379f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 382f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 385f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 388f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 391f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 394f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 397f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 400f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 403f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 406f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 409f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 412f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 415f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 418f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 421f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 424f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 427f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 430f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 433f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 436f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 439f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 442f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 445f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 448f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 451f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 454f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 457f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 460f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 463f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 466f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 469f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 472f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 475f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 478f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 481f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 484f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 487f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 490f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 493f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 496f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 499f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 502f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 505f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 508f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 511f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 514f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 517f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 520f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 523f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 526f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 529f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 532f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 535f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 538f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 541f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 544f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 547f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 550f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 553f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 556f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 559f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 562f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 565f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 568f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 571f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 574f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 577f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 580f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 583f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 586f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 589f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 592f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 595f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 598f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 601f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 604f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 607f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 610f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 613f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 616f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 619f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 622f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 625f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 628f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 631f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 634f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 637f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 640f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 643f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 646f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 649f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 652f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 655f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 658f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 661f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 664f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 667f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 670f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 673f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 676f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 679f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 682f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 685f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 688f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 691f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 694f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 697f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 700f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 703f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 706f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 709f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 712f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 715f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 718f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 721f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 724f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 727f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 730f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 733f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 736f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 739f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 742f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 745f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 748f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 751f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 754f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 757f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 760f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 763f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 766f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 769f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 772f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 775f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 778f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 781f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 784f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 787f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 790f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 793f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 796f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 799f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 802f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 805f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 808f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 811f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 814f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 817f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 820f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 823f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 826f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 829f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 832f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 835f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 838f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 841f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 844f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 847f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 850f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 853f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 856f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 859f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 862f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 865f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 868f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 871f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 874f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 877f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 880f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 883f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 886f;
            v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 889f; v = Math.abs(v) - x; v = v * 0.5f + t;
            v = v - 892f; v = Math.abs(v) - x; v = v * 0.5f + t; v = v - 895f; v = Math.abs(v) - x;
            v = v * 0.5f + t; v = v - 898f; v = Math.abs(v) - x;
            return v;
        }

        @Override
        public float gradient(float x, float t) {
            return x - t;
        }
    }

    /** Fewer operations than may be, but more than the JIT compiler takes. */
    record TooLongForTheCompiler() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            float v = x;
            v = Scalar.ifLess(v, 0f, 0.5f, v - 0f); v = Scalar.ifLess(v, 1f, 1.5f, v - 1f);
            v = Scalar.ifLess(v, 2f, 2.5f, v - 2f); v = Scalar.ifLess(v, 3f, 3.5f, v - 3f);
            v = Scalar.ifLess(v, 4f, 4.5f, v - 4f); v = Scalar.ifLess(v, 5f, 5.5f, v - 5f);
            v = Scalar.ifLess(v, 6f, 6.5f, v - 6f); v = Scalar.ifLess(v, 7f, 7.5f, v - 7f);
            v = Scalar.ifLess(v, 8f, 8.5f, v - 8f); v = Scalar.ifLess(v, 9f, 9.5f, v - 9f);
            v = Scalar.ifLess(v, 10f, 10.5f, v - 10f); v = Scalar.ifLess(v, 11f, 11.5f, v - 11f);
            v = Scalar.ifLess(v, 12f, 12.5f, v - 12f); v = Scalar.ifLess(v, 13f, 13.5f, v - 13f);
            v = Scalar.ifLess(v, 14f, 14.5f, v - 14f); v = Scalar.ifLess(v, 15f, 15.5f, v - 15f);
            v = Scalar.ifLess(v, 16f, 16.5f, v - 16f); v = Scalar.ifLess(v, 17f, 17.5f, v - 17f);
            v = Scalar.ifLess(v, 18f, 18.5f, v - 18f); v = Scalar.ifLess(v, 19f, 19.5f, v - 19f);
            v = Scalar.ifLess(v, 20f, 20.5f, v - 20f); v = Scalar.ifLess(v, 21f, 21.5f, v - 21f);
            v = Scalar.ifLess(v, 22f, 22.5f, v - 22f); v = Scalar.ifLess(v, 23f, 23.5f, v - 23f);
            v = Scalar.ifLess(v, 24f, 24.5f, v - 24f); v = Scalar.ifLess(v, 25f, 25.5f, v - 25f);
            v = Scalar.ifLess(v, 26f, 26.5f, v - 26f); v = Scalar.ifLess(v, 27f, 27.5f, v - 27f);
            v = Scalar.ifLess(v, 28f, 28.5f, v - 28f); v = Scalar.ifLess(v, 29f, 29.5f, v - 29f);
            v = Scalar.ifLess(v, 30f, 30.5f, v - 30f); v = Scalar.ifLess(v, 31f, 31.5f, v - 31f);
            v = Scalar.ifLess(v, 32f, 32.5f, v - 32f); v = Scalar.ifLess(v, 33f, 33.5f, v - 33f);
            v = Scalar.ifLess(v, 34f, 34.5f, v - 34f); v = Scalar.ifLess(v, 35f, 35.5f, v - 35f);
            v = Scalar.ifLess(v, 36f, 36.5f, v - 36f); v = Scalar.ifLess(v, 37f, 37.5f, v - 37f);
            v = Scalar.ifLess(v, 38f, 38.5f, v - 38f); v = Scalar.ifLess(v, 39f, 39.5f, v - 39f);
            v = Scalar.ifLess(v, 40f, 40.5f, v - 40f); v = Scalar.ifLess(v, 41f, 41.5f, v - 41f);
            v = Scalar.ifLess(v, 42f, 42.5f, v - 42f); v = Scalar.ifLess(v, 43f, 43.5f, v - 43f);
            v = Scalar.ifLess(v, 44f, 44.5f, v - 44f); v = Scalar.ifLess(v, 45f, 45.5f, v - 45f);
            v = Scalar.ifLess(v, 46f, 46.5f, v - 46f); v = Scalar.ifLess(v, 47f, 47.5f, v - 47f);
            v = Scalar.ifLess(v, 48f, 48.5f, v - 48f); v = Scalar.ifLess(v, 49f, 49.5f, v - 49f);
            v = Scalar.ifLess(v, 50f, 50.5f, v - 50f); v = Scalar.ifLess(v, 51f, 51.5f, v - 51f);
            v = Scalar.ifLess(v, 52f, 52.5f, v - 52f); v = Scalar.ifLess(v, 53f, 53.5f, v - 53f);
            v = Scalar.ifLess(v, 54f, 54.5f, v - 54f); v = Scalar.ifLess(v, 55f, 55.5f, v - 55f);
            v = Scalar.ifLess(v, 56f, 56.5f, v - 56f); v = Scalar.ifLess(v, 57f, 57.5f, v - 57f);
            v = Scalar.ifLess(v, 58f, 58.5f, v - 58f); v = Scalar.ifLess(v, 59f, 59.5f, v - 59f);
            v = Scalar.ifLess(v, 60f, 60.5f, v - 60f); v = Scalar.ifLess(v, 61f, 61.5f, v - 61f);
            v = Scalar.ifLess(v, 62f, 62.5f, v - 62f); v = Scalar.ifLess(v, 63f, 63.5f, v - 63f);
            v = Scalar.ifLess(v, 64f, 64.5f, v - 64f); v = Scalar.ifLess(v, 65f, 65.5f, v - 65f);
            v = Scalar.ifLess(v, 66f, 66.5f, v - 66f); v = Scalar.ifLess(v, 67f, 67.5f, v - 67f);
            v = Scalar.ifLess(v, 68f, 68.5f, v - 68f); v = Scalar.ifLess(v, 69f, 69.5f, v - 69f);
            v = Scalar.ifLess(v, 70f, 70.5f, v - 70f); v = Scalar.ifLess(v, 71f, 71.5f, v - 71f);
            v = Scalar.ifLess(v, 72f, 72.5f, v - 72f); v = Scalar.ifLess(v, 73f, 73.5f, v - 73f);
            v = Scalar.ifLess(v, 74f, 74.5f, v - 74f); v = Scalar.ifLess(v, 75f, 75.5f, v - 75f);
            v = Scalar.ifLess(v, 76f, 76.5f, v - 76f); v = Scalar.ifLess(v, 77f, 77.5f, v - 77f);
            v = Scalar.ifLess(v, 78f, 78.5f, v - 78f); v = Scalar.ifLess(v, 79f, 79.5f, v - 79f);
            v = Scalar.ifLess(v, 80f, 80.5f, v - 80f); v = Scalar.ifLess(v, 81f, 81.5f, v - 81f);
            v = Scalar.ifLess(v, 82f, 82.5f, v - 82f); v = Scalar.ifLess(v, 83f, 83.5f, v - 83f);
            v = Scalar.ifLess(v, 84f, 84.5f, v - 84f); v = Scalar.ifLess(v, 85f, 85.5f, v - 85f);
            v = Scalar.ifLess(v, 86f, 86.5f, v - 86f); v = Scalar.ifLess(v, 87f, 87.5f, v - 87f);
            v = Scalar.ifLess(v, 88f, 88.5f, v - 88f); v = Scalar.ifLess(v, 89f, 89.5f, v - 89f);
            v = Scalar.ifLess(v, 90f, 90.5f, v - 90f); v = Scalar.ifLess(v, 91f, 91.5f, v - 91f);
            v = Scalar.ifLess(v, 92f, 92.5f, v - 92f); v = Scalar.ifLess(v, 93f, 93.5f, v - 93f);
            v = Scalar.ifLess(v, 94f, 94.5f, v - 94f); v = Scalar.ifLess(v, 95f, 95.5f, v - 95f);
            v = Scalar.ifLess(v, 96f, 96.5f, v - 96f); v = Scalar.ifLess(v, 97f, 97.5f, v - 97f);
            v = Scalar.ifLess(v, 98f, 98.5f, v - 98f); v = Scalar.ifLess(v, 99f, 99.5f, v - 99f);
            v = Scalar.ifLess(v, 100f, 100.5f, v - 100f); v = Scalar.ifLess(v, 101f, 101.5f, v - 101f);
            v = Scalar.ifLess(v, 102f, 102.5f, v - 102f); v = Scalar.ifLess(v, 103f, 103.5f, v - 103f);
            v = Scalar.ifLess(v, 104f, 104.5f, v - 104f); v = Scalar.ifLess(v, 105f, 105.5f, v - 105f);
            v = Scalar.ifLess(v, 106f, 106.5f, v - 106f); v = Scalar.ifLess(v, 107f, 107.5f, v - 107f);
            v = Scalar.ifLess(v, 108f, 108.5f, v - 108f); v = Scalar.ifLess(v, 109f, 109.5f, v - 109f);
            v = Scalar.ifLess(v, 110f, 110.5f, v - 110f); v = Scalar.ifLess(v, 111f, 111.5f, v - 111f);
            v = Scalar.ifLess(v, 112f, 112.5f, v - 112f); v = Scalar.ifLess(v, 113f, 113.5f, v - 113f);
            v = Scalar.ifLess(v, 114f, 114.5f, v - 114f); v = Scalar.ifLess(v, 115f, 115.5f, v - 115f);
            v = Scalar.ifLess(v, 116f, 116.5f, v - 116f); v = Scalar.ifLess(v, 117f, 117.5f, v - 117f);
            v = Scalar.ifLess(v, 118f, 118.5f, v - 118f); v = Scalar.ifLess(v, 119f, 119.5f, v - 119f);
            v = Scalar.ifLess(v, 120f, 120.5f, v - 120f); v = Scalar.ifLess(v, 121f, 121.5f, v - 121f);
            v = Scalar.ifLess(v, 122f, 122.5f, v - 122f); v = Scalar.ifLess(v, 123f, 123.5f, v - 123f);
            v = Scalar.ifLess(v, 124f, 124.5f, v - 124f); v = Scalar.ifLess(v, 125f, 125.5f, v - 125f);
            v = Scalar.ifLess(v, 126f, 126.5f, v - 126f); v = Scalar.ifLess(v, 127f, 127.5f, v - 127f);
            v = Scalar.ifLess(v, 128f, 128.5f, v - 128f); v = Scalar.ifLess(v, 129f, 129.5f, v - 129f);
            v = Scalar.ifLess(v, 130f, 130.5f, v - 130f); v = Scalar.ifLess(v, 131f, 131.5f, v - 131f);
            v = Scalar.ifLess(v, 132f, 132.5f, v - 132f); v = Scalar.ifLess(v, 133f, 133.5f, v - 133f);
            v = Scalar.ifLess(v, 134f, 134.5f, v - 134f); v = Scalar.ifLess(v, 135f, 135.5f, v - 135f);
            v = Scalar.ifLess(v, 136f, 136.5f, v - 136f); v = Scalar.ifLess(v, 137f, 137.5f, v - 137f);
            v = Scalar.ifLess(v, 138f, 138.5f, v - 138f); v = Scalar.ifLess(v, 139f, 139.5f, v - 139f);
            v = Scalar.ifLess(v, 140f, 140.5f, v - 140f); v = Scalar.ifLess(v, 141f, 141.5f, v - 141f);
            v = Scalar.ifLess(v, 142f, 142.5f, v - 142f); v = Scalar.ifLess(v, 143f, 143.5f, v - 143f);
            v = Scalar.ifLess(v, 144f, 144.5f, v - 144f); v = Scalar.ifLess(v, 145f, 145.5f, v - 145f);
            v = Scalar.ifLess(v, 146f, 146.5f, v - 146f); v = Scalar.ifLess(v, 147f, 147.5f, v - 147f);
            return v;
        }

        @Override
        public float gradient(float x, float t) {
            return x - t;
        }
    }

    record ManyBooleans(
            boolean b0, boolean b1, boolean b2, boolean b3, boolean b4, boolean b5, boolean b6, boolean b7,
            boolean b8, boolean b9, boolean b10, boolean b11, boolean b12, boolean b13, boolean b14, boolean b15,
            boolean b16, boolean b17, boolean b18, boolean b19, boolean b20, boolean b21, boolean b22,
            boolean b23, boolean b24, boolean b25, boolean b26) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return b26 ? 2 * (x - t) : x - t;
        }

        @Override
        public float gradient(float x, float t) {
            return b0 ? 2 : 1;
        }
    }

    /** Each helper calls the one before twice. It returns at once for what the tests give it, but not if followed. */
    record Doubling() implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return f24(x) - t;
        }

        @Override
        public float gradient(float x, float t) {
            return 1;
        }

        private static float f0(float e) {
            return 0.5f * e;
        }

        private static float f1(float e) {
            return f0(e) + f0(e + 1);
        }

        private static float f2(float e) {
            return f1(e) + f1(e + 1);
        }

        private static float f3(float e) {
            return f2(e) + f2(e + 1);
        }

        private static float f4(float e) {
            return f3(e) + f3(e + 1);
        }

        private static float f5(float e) {
            return f4(e) + f4(e + 1);
        }

        private static float f6(float e) {
            return f5(e) + f5(e + 1);
        }

        private static float f7(float e) {
            return f6(e) + f6(e + 1);
        }

        private static float f8(float e) {
            return f7(e) + f7(e + 1);
        }

        private static float f9(float e) {
            return f8(e) + f8(e + 1);
        }

        private static float f10(float e) {
            return f9(e) + f9(e + 1);
        }

        private static float f11(float e) {
            return f10(e) + f10(e + 1);
        }

        private static float f12(float e) {
            return f11(e) + f11(e + 1);
        }

        private static float f13(float e) {
            return f12(e) + f12(e + 1);
        }

        private static float f14(float e) {
            return f13(e) + f13(e + 1);
        }

        private static float f15(float e) {
            return f14(e) + f14(e + 1);
        }

        private static float f16(float e) {
            return f15(e) + f15(e + 1);
        }

        private static float f17(float e) {
            return f16(e) + f16(e + 1);
        }

        private static float f18(float e) {
            return f17(e) + f17(e + 1);
        }

        private static float f19(float e) {
            return f18(e) + f18(e + 1);
        }

        private static float f20(float e) {
            return f19(e) + f19(e + 1);
        }

        private static float f21(float e) {
            return f20(e) + f20(e + 1);
        }

        private static float f22(float e) {
            return f21(e) + f21(e + 1);
        }

        private static float f23(float e) {
            return f22(e) + f22(e + 1);
        }

        private static float f24(float e) {
            return f23(e) + f23(e + 1);
        }
    }

    record MathFma(float c) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return Math.fma(x, t, -x * t) + Scalar.fma(x, c, t);
        }

        @Override
        public float gradient(float x, float t) {
            return Math.fma(x, c, t);
        }
    }

    record Shared(float c, boolean twice) implements PointwiseFormula {
        @Override
        public float value(float x, float t) {
            return twice ? c * (x - t) * 2 : c * (x - t);
        }

        @Override
        public float gradient(float x, float t) {
            return twice ? 2 * c : c;
        }
    }

    @Test
    void neverCutAtAnInt() {
        for (ElementFormula formula : List.of(new CutAtInt(), new CutAtShift())) {
            requireRight(formula);
            requireBest(formula);
            assertEquals(List.of(), warnings);
        }
    }

    @Test
    void operations() {
        fallsBackAtOnce(new Long(), "more than 300 operations");
    }

    @Test
    void operationsForTheCompiler() {
        fallsBackAtOnce(new TooLongForTheCompiler(), "too many operations for the JIT compiler");
    }

    @Test
    void booleans() {
        fallsBackAtOnce(new ManyBooleans(
                false, false, false, false, false, false, false, false, false, false, false, false, false,
                false, false, false, false, false, false, false, false, false, false, false, false, false, true), "more than 8 boolean components");
    }

    @Test
    void callsWithinCalls() {
        assertTimeoutPreemptively(ofSeconds(20), () -> {
            PointwiseKernel kernel = Kernels.BEST.of(new Doubling(), Mode.GRADIENTS);
            assertTrue(kernel.getClass().getName().contains("ScalarLoop"));
        });
        if (Kernels.BEST != Kernels.SCALAR) {
            assertEquals(1, warnings.size());
            assertTrue(warnings.getFirst().contains("instructions"), warnings::toString);
        }
    }

    @Test
    void bothKindsOfFma() {
        MathFma formula = new MathFma(0.1f);
        requireRight(formula);
        requireBest(formula);
        assertEquals(List.of(), warnings);
    }

    /** Where the processor has no such instruction, Scalar.fma is rounded twice, Math.fma still once. */
    @Test
    void bothKindsOfFmaWithoutTheInstruction() throws Exception {
        List<String> command = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addFirst(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:-UseFMA", "-cp", System.getProperty("java.class.path"),
                WithoutTheInstruction.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }

    static final class WithoutTheInstruction {
        public static void main(String[] args) {
            assertFalse(Fma.FUSED);
            MathFma formula = new MathFma(0.1f);
            requireRight(formula);
            requireBest(formula);
        }
    }

    /** All get the same loop, whoever made it, and one warning at the most. */
    @Test
    void threadsThatMakeTheSameLoop() throws Exception {
        Set<PointwiseKernel> kernels = Collections.newSetFromMap(new ConcurrentHashMap<>());
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Object>> calls = IntStream.range(0, 64).<Callable<Object>>mapToObj(i -> () ->
                    kernels.add(Kernels.BEST.of(new Shared(i, true), Mode.SUM))).collect(Collectors.toList());
            for (var done : threads.invokeAll(calls)) done.get();
        }
        assertEquals(1, kernels.size());
        requireRight(new Shared(1.5f, true));
        requireRight(new Shared(2.5f, false));
        assertEquals(List.of(), warnings);
    }

    private void fallsBackAtOnce(ElementFormula formula, String expected) {
        assertTimeoutPreemptively(ofSeconds(20), () -> fallsBack(formula, expected));
    }
}
