// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import io.github.jloss.AngularPenaltySMLoss;
import io.github.jloss.AsymmetricLossMultiLabel;
import io.github.jloss.BCEWithLogitsLoss;
import io.github.jloss.CombinedLoss;
import io.github.jloss.ContrastiveLoss;
import io.github.jloss.CosineEmbeddingLoss;
import io.github.jloss.Criterion;
import io.github.jloss.CrossEntropyLoss;
import io.github.jloss.DiceLoss;
import io.github.jloss.HuberLoss;
import io.github.jloss.JaccardLoss;
import io.github.jloss.L1Loss;
import io.github.jloss.MSELoss;
import io.github.jloss.RMSELoss;
import io.github.jloss.SmoothL1Loss;
import io.github.jloss.TripletMarginLoss;
import io.github.jloss.WeightedBCEWithLogitsLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** The losses that are measured, by the names the reports use. To add one is to add an entry here. */
final class Subjects {

    /** Weight of the positive class; what the peers use too. */
    static final double W_P = 3;

    /** Weight of the negative class. */
    static final double W_N = 0.5;

    /** In the order of the report. */
    static final List<Subject> ALL = List.of(
            masks("bce", new BCEWithLogitsLoss()),
            masks("weighted_bce", new WeightedBCEWithLogitsLoss().withWP(W_P).withWN(W_N)),
            numbers("mse", new MSELoss()),
            numbers("l1", new L1Loss()),
            numbers("smooth_l1", new SmoothL1Loss()),
            numbers("huber", new HuberLoss()),
            numbers("rmse", new RMSELoss()),
            masks("asymmetric_multi_label", new AsymmetricLossMultiLabel()),
            masks("combined", CombinedLoss.of(0.5, new BCEWithLogitsLoss(), 0.5, new MSELoss())),
            crossEntropy("cross_entropy", "256x256", "1024x1000", "64x32000", "4096x16"),
            crossEntropy("cross_entropy_pixels", "1x21x32x32", "8x21x256x256"),
            mask("jaccard", JaccardLoss.binary()),
            mask("dice", DiceLoss.binary()),
            classMask("jaccard_multiclass", JaccardLoss.multiclass()),
            classMask("dice_multiclass", DiceLoss.multiclass()),
            embeddings("contrastive", new ContrastiveLoss(), 2, shape -> Data.pairs(0, shape.longs())),
            embeddings("cosine_embedding", new CosineEmbeddingLoss(), 2, shape -> Data.pairs(-1, shape.longs())),
            embeddings("triplet_margin", new TripletMarginLoss(), 3, shape -> Data.triplets(shape.longs())),
            new Subject("arcface", List.of(Shape.of("256x512x10000"), Shape.of("256x512x100000")),
                    Shape.of("32x64x300"), shape -> AngularPenaltySMLoss.arcface(), Subjects::embeddings,
                    shape -> (long) shape.dim(1) * (shape.dim(0) + shape.dim(2))));

    /** Their names. */
    static final List<String> NAMES = ALL.stream().map(Subject::name).toList();

    private Subjects() {}

    /** The loss of a name. */
    static Subject of(String name) {
        return ALL.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("loss: found \"" + name + "\", expected one of " + NAMES));
    }

    private static Subject masks(String name, Criterion criterion) {
        return Subject.of(name, criterion, shape -> Data.masks(shape.longs()), "65536", "65536", "1048576", "16777216");
    }

    private static Subject numbers(String name, Criterion criterion) {
        return Subject.of(name, criterion, shape -> Data.numbers(shape.longs()), "65536", "65536", "1048576",
                "16777216");
    }

    private static Subject crossEntropy(String name, String small, String... shapes) {
        return Subject.of(name, new CrossEntropyLoss(), Subjects::classes, small, shapes);
    }

    /** One image, its pixels in a row. */
    private static Subject mask(String name, Criterion criterion) {
        return Subject.of(name, criterion, shape -> Data.masks(1, 1, shape.size()), "65536", "65536", "1048576",
                "16777216");
    }

    private static Subject classMask(String name, Criterion criterion) {
        return Subject.of(name, criterion, Subjects::classes, "1x21x32x32", "8x21x256x256");
    }

    /** Rows and their length, from a few features to those of a large model. */
    private static Subject embeddings(String name, Criterion criterion, int inputs, Function<Shape, Data> data) {
        List<Shape> shapes = Stream.of(4, 16, 64, 512).map(width -> new Shape(List.of(4096, width))).toList();
        return new Subject(name, shapes, Shape.of("64x512"), shape -> criterion, data, shape -> inputs * shape.size());
    }

    /** The class axis is the second. */
    private static Data classes(Shape shape) {
        List<Integer> labels = new ArrayList<>(shape.dims());
        int classes = labels.remove(1);
        return Data.classes(classes, new Shape(labels).longs(), shape.longs());
    }

    /** Rows, features, classes. */
    private static Data embeddings(Shape shape) {
        int rows = shape.dim(0);
        int features = shape.dim(1);
        int classes = shape.dim(2);
        return Data.classes(classes, new long[] {rows}, new long[] {rows, features}, new long[] {classes, features});
    }
}
