// Copyright (c) 2026, buildops.tokens contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.maven.api.ProtoSession;
import org.apache.maven.api.services.SettingsBuilderException;
import org.apache.maven.api.services.SettingsBuilderRequest;
import org.apache.maven.api.services.SettingsBuilderResult;
import org.apache.maven.api.services.Source;
import org.apache.maven.api.settings.Server;
import org.apache.maven.impl.DefaultSettingsBuilder;
import org.apache.maven.impl.DefaultSettingsXmlFactory;
import org.apache.maven.impl.model.DefaultInterpolator;

/** The same as MavenSettings with the settings builder of Maven 4, without decryption; "rest" is empty. */
public class Maven4Settings {
    private static final class Bytes implements Source {
        private final byte[] content;

        Bytes(String base64) {
            content = Base64.getDecoder().decode(base64);
        }

        @Override
        public InputStream openStream() {
            return new ByteArrayInputStream(content);
        }

        @Override
        public String getLocation() {
            return "settings.xml";
        }

        @Override
        public Path getPath() {
            return null;
        }

        @Override
        public Source resolve(String relative) {
            throw new UnsupportedOperationException(relative);
        }
    }

    private static final ProtoSession SESSION = (ProtoSession) java.lang.reflect.Proxy.newProxyInstance(
            Maven4Settings.class.getClassLoader(),
            new Class<?>[] {ProtoSession.class},
            (proxy, method, arguments) -> method.getReturnType() == Map.class ? Map.of() : null);

    public static void main(String[] arguments) throws Exception {
        DefaultSettingsBuilder builder =
                new DefaultSettingsBuilder(new DefaultSettingsXmlFactory(), new DefaultInterpolator(), Map.of());
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            out.println(read(builder, line.split(" ")));
            if (!lines.ready()) {
                out.flush();
            }
        }
        out.flush();
    }

    private static String read(DefaultSettingsBuilder builder, String[] files) {
        SettingsBuilderRequest request = SettingsBuilderRequest.builder()
                .session(SESSION)
                .userSettingsSource(new Bytes(files[0]))
                .installationSettingsSource(files.length > 1 ? new Bytes(files[1]) : null)
                .interpolationSource(name -> null)
                .build();
        SettingsBuilderResult result;
        try {
            result = builder.build(request);
        } catch (SettingsBuilderException e) {
            List<String> reasons = new ArrayList<>();
            e.getProblemCollector().problems().forEach(problem -> reasons.add(problem.getMessage()));
            return "{\"fatal\": " + quoted(String.join(" | ", reasons)) + "}";
        } catch (RuntimeException e) {
            return "{\"fatal\": " + quoted(e.toString()) + "}";
        }
        List<String> problems = new ArrayList<>();
        result.getProblems().problems().forEach(problem -> problems.add(quoted(problem.getSeverity() + ": " + problem.getMessage())));
        List<String> servers = new ArrayList<>();
        for (Server server : result.getEffectiveSettings().getServers()) {
            Object configuration = server.getConfiguration();
            servers.add("[" + String.join(", ", quoted(server.getId()), quoted(server.getUsername()), quoted(server.getPassword()),
                    quoted(server.getPrivateKey()), quoted(server.getPassphrase()), quoted(server.getFilePermissions()),
                    quoted(server.getDirectoryPermissions()), quoted(configuration == null ? null : configuration.toString())) + "]");
        }
        return "{\"problems\": " + problems + ", \"servers\": " + servers + ", \"rest\": \"\"}";
    }

    private static String quoted(String text) {
        return text == null ? "null" : '"' + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)) + '"';
    }
}
