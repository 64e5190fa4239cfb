// Copyright (c) 2026, buildops.tokens contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Properties;

/** Reads files, one a line in base64. Writes their keys and values in base64 of UTF-16, or "refused". */
class JavaProperties {
    private static String encoded(Object text) {
        return Base64.getEncoder().encodeToString(((String) text).getBytes(StandardCharsets.UTF_16BE));
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader files = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = files.readLine(); line != null; line = files.readLine()) {
            Properties properties = new Properties();
            StringBuilder answer = new StringBuilder();
            try {
                properties.load(new ByteArrayInputStream(Base64.getDecoder().decode(line)));
                properties.forEach((key, value) ->
                    answer.append(encoded(key)).append(':').append(encoded(value)).append(' '));
            } catch (IllegalArgumentException refusal) {
                answer.append("refused");
            }
            System.out.println(answer.toString());
            System.out.flush();
        }
    }
}
