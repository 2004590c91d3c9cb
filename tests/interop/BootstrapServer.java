// SPDX-License-Identifier: Apache-2.0
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;

import org.eclipse.leshan.core.SecurityMode;
import org.eclipse.leshan.core.request.BindingMode;
import org.eclipse.leshan.core.request.BootstrapDownlinkRequest;
import org.eclipse.leshan.core.request.BootstrapRequest;
import org.eclipse.leshan.core.request.Identity;
import org.eclipse.leshan.core.response.LwM2mResponse;
import org.eclipse.leshan.core.util.Hex;
import org.eclipse.leshan.server.bootstrap.BootstrapConfig;
import org.eclipse.leshan.server.bootstrap.BootstrapFailureCause;
import org.eclipse.leshan.server.bootstrap.BootstrapSession;
import org.eclipse.leshan.server.bootstrap.BootstrapSessionListener;
import org.eclipse.leshan.server.bootstrap.InMemoryBootstrapConfigStore;
import org.eclipse.leshan.server.californium.bootstrap.LeshanBootstrapServer;
import org.eclipse.leshan.server.californium.bootstrap.LeshanBootstrapServerBuilder;
import org.eclipse.leshan.server.security.BootstrapSecurityStore;
import org.eclipse.leshan.server.security.InMemorySecurityStore;
import org.eclipse.leshan.server.security.SecurityInfo;

/**
 * Leshan's Bootstrap-Server without the demo's web page, of which Maven Central has no jar: its library is in the jar of
 * the demo server. Says "ready PORT", then takes lines "ENDPOINT IDENTITY KEY", with what the client comes by, and behind it
 * "URI SHORT-SERVER-ID MODE PUBLIC SERVER-PUBLIC SECRET", the account it gets: Security Object resources 0, 10 and 2 to 5, octets
 * as hexadecimal digits, "-" for none. Answers "added ENDPOINT", says what comes of each session, and ends with its standard input.
 */
public class BootstrapServer {
    private static final InMemoryBootstrapConfigStore configs = new InMemoryBootstrapConfigStore();
    private static final InMemorySecurityStore keys = new InMemorySecurityStore();

    public static void main(String[] arguments) throws Exception {
        LeshanBootstrapServer server = new LeshanBootstrapServerBuilder()
                .setLocalAddress("127.0.0.1", 0)
                .setLocalSecureAddress("127.0.0.1", 0)
                .setConfigStore(configs)
                .setSecurityStore(new KeysByName())
                .build();
        server.addListener(new Teller());
        server.start();
        say("ready", server.getSecuredAddress().getPort());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine())
            add(line.split(" "));
        server.destroy();
    }

    private static void add(String[] words) throws Exception {
        String endpoint = words[0];
        keys.add(SecurityInfo.newPreSharedKeyInfo(endpoint, words[1], octets(words[2])));
        BootstrapConfig config = new BootstrapConfig();
        config.autoIdForSecurityObject = true; // asks with Bootstrap-Discover where the Bootstrap-Server's account is
        config.toDelete = List.of("/0", "/1");
        BootstrapConfig.ServerSecurity security = new BootstrapConfig.ServerSecurity();
        security.uri = words[3];
        security.serverId = Integer.valueOf(words[4]);
        security.securityMode = SecurityMode.valueOf(words[5]);
        security.publicKeyOrId = octets(words[6]);
        security.serverPublicKey = octets(words[7]);
        security.secretKey = octets(words[8]);
        config.security.put(1, security);
        BootstrapConfig.ServerConfig account = new BootstrapConfig.ServerConfig();
        account.shortId = security.serverId;
        account.lifetime = 300;
        account.binding = EnumSet.of(BindingMode.U);
        config.servers.put(0, account);
        configs.add(endpoint, config);
        say("added", endpoint);
    }

    private static byte[] octets(String digits) {
        return digits.equals("-") ? new byte[0] : Hex.decodeHex(digits.toCharArray());
    }

    private static synchronized void say(Object... words) {
        StringBuilder line = new StringBuilder();
        for (Object word : words)
            line.append(line.length() == 0 ? "" : " ").append(word);
        System.out.println(line);
        System.out.flush();
    }

    private static class KeysByName implements BootstrapSecurityStore {
        @Override
        public java.util.Iterator<SecurityInfo> getAllByEndpoint(String endpoint) {
            SecurityInfo found = keys.getByEndpoint(endpoint);
            return (found == null ? List.<SecurityInfo>of() : List.of(found)).iterator();
        }

        @Override
        public SecurityInfo getByIdentity(String identity) {
            return keys.getByIdentity(identity);
        }
    }

    private static class Teller implements BootstrapSessionListener {
        @Override
        public void sessionInitiated(BootstrapRequest request, Identity client) {}

        @Override
        public void unAuthorized(BootstrapRequest request, Identity client) {
            say("unauthorized", request.getEndpointName());
        }

        @Override
        public void authorized(BootstrapSession session) {
            say("authorized", session.getEndpoint());
        }

        @Override
        public void noConfig(BootstrapSession session) {
            say("unknown", session.getEndpoint());
        }

        @Override
        public void sendRequest(BootstrapSession session, BootstrapDownlinkRequest<? extends LwM2mResponse> request) {}

        @Override
        public void onResponseSuccess(BootstrapSession session,
                BootstrapDownlinkRequest<? extends LwM2mResponse> request, LwM2mResponse response) {
            tell(session, request, response);
        }

        @Override
        public void onResponseError(BootstrapSession session,
                BootstrapDownlinkRequest<? extends LwM2mResponse> request, LwM2mResponse response) {
            tell(session, request, response);
        }

        private void tell(BootstrapSession session, BootstrapDownlinkRequest<? extends LwM2mResponse> request,
                LwM2mResponse response) {
            say("answered", session.getEndpoint(), request.getClass().getSimpleName(), request.getPath(),
                    response.getCode().getName());
        }

        @Override
        public void onRequestFailure(BootstrapSession session,
                BootstrapDownlinkRequest<? extends LwM2mResponse> request, Throwable cause) {
            say("unanswered", session.getEndpoint(), request.getClass().getSimpleName());
        }

        @Override
        public void end(BootstrapSession session) {
            say("finished", session.getEndpoint());
        }

        @Override
        public void failed(BootstrapSession session, BootstrapFailureCause cause) {
            say("failed", session.getEndpoint(), cause);
        }
    }
}
