// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** JSON in and out, by Jackson. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    static JsonNode read(Path file) {
        if (Files.isDirectory(file)) throw new UserError(file + ": is a directory");
        try {
            return MAPPER.readTree(Files.readAllBytes(file));
        } catch (JacksonException e) {
            JsonLocation at = e.getLocation();
            throw new UserError(file + ": not JSON" + (at == null ? "" : " at line " + at.getLineNr()) + ": "
                    + e.getOriginalMessage());
        } catch (IOException e) {
            throw UserError.of(file, e);
        }
    }

    /** An object of scalars and lists as a map in the same order. Other objects stay nodes, which no option accepts. */
    static Map<String, Object> plain(JsonNode object) {
        Map<String, Object> map = new LinkedHashMap<>();
        object.properties().forEach(e -> map.put(e.getKey(), plainValue(e.getValue())));
        return map;
    }

    private static Object plainValue(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> node.textValue();
            case NUMBER -> node.doubleValue();
            case BOOLEAN -> node.booleanValue();
            case NULL -> null;
            case ARRAY -> node.valueStream().map(Json::plainValue).toList();
            default -> node;
        };
    }

    /** A document of maps, collections and scalars; numbers that JSON lacks (NaN, infinity) become strings. */
    static String write(Object document) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
