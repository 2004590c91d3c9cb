// SPDX-License-Identifier: Apache-2.0
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import org.eclipse.californium.core.coap.Request;
import org.eclipse.leshan.core.endpoint.Protocol;
import org.eclipse.leshan.core.link.Link;
import org.eclipse.leshan.core.link.lwm2m.attributes.DefaultLwM2mAttributeParser;
import org.eclipse.leshan.core.link.lwm2m.attributes.LwM2mAttributeSet;
import org.eclipse.leshan.core.model.ObjectLoader;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.core.model.ResourceModel;
import org.eclipse.leshan.core.node.LwM2mMultipleResource;
import org.eclipse.leshan.core.node.LwM2mNode;
import org.eclipse.leshan.core.node.LwM2mObject;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mResourceInstance;
import org.eclipse.leshan.core.node.LwM2mRoot;
import org.eclipse.leshan.core.node.LwM2mSingleResource;
import org.eclipse.leshan.core.node.ObjectLink;
import org.eclipse.leshan.core.node.TimestampedLwM2mNodes;
import org.eclipse.leshan.core.observation.CompositeObservation;
import org.eclipse.leshan.core.observation.Observation;
import org.eclipse.leshan.core.observation.SingleObservation;
import org.eclipse.leshan.core.request.CancelCompositeObservationRequest;
import org.eclipse.leshan.core.request.CancelObservationRequest;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.request.CreateRequest;
import org.eclipse.leshan.core.request.DeleteRequest;
import org.eclipse.leshan.core.request.DiscoverRequest;
import org.eclipse.leshan.core.request.DownlinkDeviceManagementRequest;
import org.eclipse.leshan.core.request.ExecuteRequest;
import org.eclipse.leshan.core.request.ObserveCompositeRequest;
import org.eclipse.leshan.core.request.ObserveRequest;
import org.eclipse.leshan.core.request.ReadCompositeRequest;
import org.eclipse.leshan.core.request.ReadRequest;
import org.eclipse.leshan.core.request.SendRequest;
import org.eclipse.leshan.core.request.WriteAttributesRequest;
import org.eclipse.leshan.core.request.WriteCompositeRequest;
import org.eclipse.leshan.core.request.WriteRequest;
import org.eclipse.leshan.core.response.CreateResponse;
import org.eclipse.leshan.core.response.DiscoverResponse;
import org.eclipse.leshan.core.response.LwM2mResponse;
import org.eclipse.leshan.core.response.ObserveCompositeResponse;
import org.eclipse.leshan.core.response.ObserveResponse;
import org.eclipse.leshan.core.response.ReadCompositeResponse;
import org.eclipse.leshan.core.response.ReadResponse;
import org.eclipse.leshan.core.util.Hex;
import org.eclipse.leshan.core.util.datatype.ULong;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.LeshanServerBuilder;
import org.eclipse.leshan.server.model.VersionedModelProvider;
import org.eclipse.leshan.server.observation.ObservationListener;
import org.eclipse.leshan.server.queue.PresenceListener;
import org.eclipse.leshan.server.queue.StaticClientAwakeTimeProvider;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.registration.RegistrationListener;
import org.eclipse.leshan.server.registration.RegistrationUpdate;
import org.eclipse.leshan.server.send.SendListener;
import org.eclipse.leshan.servers.security.InMemorySecurityStore;
import org.eclipse.leshan.servers.security.SecurityInfo;
import org.eclipse.leshan.transport.californium.server.endpoint.CaliforniumServerEndpointsProvider;
import org.eclipse.leshan.transport.californium.server.endpoint.coap.CoapServerProtocolProvider;
import org.eclipse.leshan.transport.californium.server.endpoint.coaps.CoapsServerProtocolProvider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Leshan's server driven by lines: EtsServer AWAKE-SECONDS. Takes one JSON command per line,
 * {"do":"read","endpoint":…,"path":…}, says one line for each, with what was answered, and one for each event, which has the member
 * "event". Values go by their paths, {"/3/0/0":"Maker"}; times are seconds, octets hexadecimal digits, links to Objects "3:0".
 * Ends with its standard input.
 */
public class EtsServer {
    private static final long PATIENCE_MS = 20000;
    private static final ObjectMapper json = new ObjectMapper();
    private static final InMemorySecurityStore keys = new InMemorySecurityStore();
    private static final Map<String, Observation> observations = new ConcurrentHashMap<>();
    private static LeshanServer server;

    /** What the cases need of the OMA registry, and Leshan's library has not. */
    private static final List<ObjectModel> ADDED = List.of(
            object(16, "1.0", "Portfolio", one(0, "Identity", ResourceModel.Type.STRING, true)),
            object(19, "1.0", "BinaryAppDataContainer",
                    one(0, "Data", ResourceModel.Type.OPAQUE, true),
                    one(1, "Data Priority", ResourceModel.Type.INTEGER, false),
                    one(2, "Data Creation Time", ResourceModel.Type.TIME, false),
                    one(3, "Data Description", ResourceModel.Type.STRING, false),
                    one(4, "Data Format", ResourceModel.Type.STRING, false),
                    one(5, "App ID", ResourceModel.Type.INTEGER, false)),
            object(3305, "1.1", "Power Measurement", one(5800, "Instantaneous active power", ResourceModel.Type.FLOAT, false)),
            object(3306, "1.1", "Actuation", one(5850, "On/Off", ResourceModel.Type.BOOLEAN, false)),
            object(3316, "1.1", "Voltage", one(5700, "Sensor Value", ResourceModel.Type.FLOAT, false)));

    public static void main(String[] arguments) throws Exception {
        List<ObjectModel> models = new ArrayList<>(ObjectLoader.loadAllDefault());
        models.addAll(ObjectLoader.loadDdfResources("/models/", new String[] {"3442.xml"})); // Leshan's own tests have it
        models.addAll(ADDED);
        CaliforniumServerEndpointsProvider.Builder endpoints = new CaliforniumServerEndpointsProvider.Builder(
                new CoapServerProtocolProvider(), new CoapsServerProtocolProvider());
        endpoints.addEndpoint(new InetSocketAddress("127.0.0.1", 0), Protocol.COAPS);
        LeshanServerBuilder builder = new LeshanServerBuilder()
                .setSecurityStore(keys)
                .setObjectModelProvider(new VersionedModelProvider(models))
                .setClientAwakeTimeProvider(new StaticClientAwakeTimeProvider(Integer.parseInt(arguments[0]) * 1000))
                .setEndpointsProviders(endpoints.build());
        server = builder.build();
        Teller teller = new Teller();
        server.getRegistrationService().addListener(teller);
        server.getObservationService().addListener(teller);
        server.getSendService().addListener(teller);
        server.getPresenceService().addListener(teller);
        server.start();
        say(event("ready").put("port", server.getEndpoint(Protocol.COAPS).getURI().getPort()));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine())
            say(obey(json.readTree(line)));
        server.destroy();
    }

    private static ObjectModel object(int id, String version, String name, ResourceModel... resources) {
        return new ObjectModel(id, name, "", version, true, false, resources);
    }

    private static ResourceModel one(int id, String name, ResourceModel.Type type, boolean isMultiple) {
        return new ResourceModel(id, name, ResourceModel.Operations.RW, isMultiple, false, type, "", "", "");
    }

    private static ObjectNode obey(JsonNode command) {
        ObjectNode answer = json.createObjectNode();
        try {
            switch (command.get("do").asText()) {
            case "add-psk":
                keys.add(SecurityInfo.newPreSharedKeyInfo(command.get("endpoint").asText(), command.get("identity").asText(),
                        octets(command.get("key").asText())));
                return answer;
            case "forget":
                server.getRegistrationStore().removeRegistration(registration(command).getId());
                return answer;
            case "cancel":
                if (!command.get("active").asBoolean()) {
                    server.getObservationService().cancelObservation(observations.remove(name(command)));
                    return answer;
                }
            }
            LwM2mResponse response = server.send(registration(command), request(command),
                    lower -> addQueries((Request) lower, command), PATIENCE_MS);
            return response == null ? answer.put("error", "no answer") : tell(answer, response, command);
        } catch (Exception error) {
            return answer.put("error", error.toString());
        }
    }

    /** What Leshan has no requests for: a depth in Discover, attributes in Observe. */
    private static void addQueries(Request request, JsonNode command) {
        if (command.has("queries"))
            command.get("queries").forEach(query -> request.getOptions().addUriQuery(query.asText()));
    }

    private static Registration registration(JsonNode command) {
        Registration found = server.getRegistrationService().getByEndpoint(command.get("endpoint").asText());
        if (found == null)
            throw new IllegalStateException("not registered");
        return found;
    }

    private static DownlinkDeviceManagementRequest<? extends LwM2mResponse> request(JsonNode command) throws Exception {
        String path = command.path("path").asText();
        ContentFormat format = format(command, "format");
        ContentFormat accept = format(command, "accept");
        switch (command.get("do").asText()) {
        case "read":
            return new ReadRequest(accept, path);
        case "write":
            return new WriteRequest(WriteRequest.Mode.valueOf(command.get("mode").asText()), format, path,
                    node(new LwM2mPath(path), command));
        case "execute":
            return command.has("text") ? new ExecuteRequest(path, command.get("text").asText()) : new ExecuteRequest(path);
        case "create":
            LwM2mObject created = (LwM2mObject) node(new LwM2mPath(path), command);
            return new CreateRequest(format, path, created.getInstances().values().toArray(new LwM2mObjectInstance[0]));
        case "delete":
            return new DeleteRequest(path);
        case "discover":
            return new DiscoverRequest(path);
        case "write-attributes":
            return new WriteAttributesRequest(path, new LwM2mAttributeSet(
                    new DefaultLwM2mAttributeParser().parseUriQuery(command.get("attributes").asText())));
        case "observe":
            return new ObserveRequest(accept, path);
        case "read-composite":
            return new ReadCompositeRequest(format, accept, paths(command));
        case "observe-composite":
            return new ObserveCompositeRequest(format, accept, LwM2mPath.getLwM2mPathList(paths(command)));
        case "write-composite":
            return new WriteCompositeRequest(format, composite(command), null);
        case "cancel":
            Observation observation = observations.remove(name(command));
            return observation instanceof SingleObservation single ? new CancelObservationRequest(single)
                    : new CancelCompositeObservationRequest((CompositeObservation) observation);
        default:
            throw new IllegalArgumentException("unknown command");
        }
    }

    private static ContentFormat format(JsonNode command, String member) {
        return command.has(member) ? ContentFormat.fromCode(command.get(member).asInt()) : null;
    }

    private static List<String> paths(JsonNode command) {
        List<String> paths = new ArrayList<>();
        command.get("paths").forEach(path -> paths.add(path.asText()));
        return paths;
    }

    /** By which an observation is known between a client and us: "endpoint /3/0/7", or with several paths. */
    private static String name(JsonNode command) {
        return command.get("endpoint").asText() + " "
                + (command.has("paths") ? String.join(" ", paths(command)) : command.get("path").asText());
    }

    // --- values to nodes

    /** Text where there is no model: Leshan has none of what a client does not tell. */
    private static ResourceModel.Type type(JsonNode command, LwM2mPath path) {
        ResourceModel model = server.getModelProvider().getObjectModel(registration(command))
                .getResourceModel(path.getObjectId(), path.getResourceId());
        return model == null ? ResourceModel.Type.STRING : model.type;
    }

    private static Map<LwM2mPath, LwM2mNode> composite(JsonNode command) {
        Map<LwM2mPath, LwM2mNode> nodes = new TreeMap<>();
        command.get("values").fields().forEachRemaining(entry -> {
            LwM2mPath path = new LwM2mPath(entry.getKey());
            nodes.put(path, node(path, command));
        });
        return nodes;
    }

    /** All values of the command at and below the path. */
    private static LwM2mNode node(LwM2mPath path, JsonNode command) {
        if (path.isResourceInstance())
            return LwM2mResourceInstance.newInstance(path.getResourceInstanceId(),
                    value(command.get("values").get(path.toString()), type(command, path)), type(command, path));
        if (path.isResource())
            return resource(path, command);
        Map<Integer, LwM2mNode> children = new TreeMap<>();
        command.get("values").fieldNames().forEachRemaining(name -> {
            LwM2mPath below = new LwM2mPath(name);
            Integer id = path.isObject() ? below.getObjectInstanceId() : below.getResourceId();
            if (below.startWith(path) && id != null && !children.containsKey(id))
                children.put(id, node(path.append(id), command));
        });
        if (path.isObject())
            return new LwM2mObject(path.getObjectId(), children.values().toArray(new LwM2mObjectInstance[0]));
        return new LwM2mObjectInstance(path.getObjectInstanceId(), children.values().toArray(new LwM2mResource[0]));
    }

    private static LwM2mNode resource(LwM2mPath path, JsonNode command) {
        ResourceModel.Type type = type(command, path);
        JsonNode whole = command.get("values").get(path.toString());
        if (whole != null)
            return LwM2mSingleResource.newResource(path.getResourceId(), value(whole, type), type);
        Map<Integer, Object> instances = new TreeMap<>();
        command.get("values").fields().forEachRemaining(entry -> {
            LwM2mPath below = new LwM2mPath(entry.getKey());
            if (below.startWith(path))
                instances.put(below.getResourceInstanceId(), value(entry.getValue(), type));
        });
        return LwM2mMultipleResource.newResource(path.getResourceId(), instances, type);
    }

    private static Object value(JsonNode value, ResourceModel.Type type) {
        switch (type) {
        case INTEGER:
            return value.asLong();
        case UNSIGNED_INTEGER:
            return ULong.valueOf(value.asText());
        case FLOAT:
            return value.asDouble();
        case BOOLEAN:
            return value.asBoolean();
        case TIME:
            return new Date(value.asLong() * 1000);
        case OPAQUE:
            return octets(value.asText());
        case OBJLNK:
            return ObjectLink.decodeFromString(value.asText());
        default:
            return value.asText();
        }
    }

    // --- nodes to values

    private static ObjectNode tell(ObjectNode answer, LwM2mResponse response, JsonNode command) {
        answer.put("code", response.getCode().getName());
        if (response.getErrorMessage() != null)
            answer.put("message", response.getErrorMessage());
        if (response.getCoapResponse() instanceof org.eclipse.californium.core.coap.Response coap
                && coap.getOptions().hasContentFormat())
            answer.put("format", coap.getOptions().getContentFormat());
        if (response instanceof ObserveResponse observed && observed.getObservation() != null)
            observations.put(name(command), observed.getObservation());
        if (response instanceof ObserveCompositeResponse observed && observed.getObservation() != null)
            observations.put(name(command), observed.getObservation());
        if (response instanceof ReadResponse read && read.getContent() != null)
            flatten(answer.putObject("values"), new LwM2mPath(command.get("path").asText()), read.getContent());
        if (response instanceof ReadCompositeResponse read && read.getContent() != null)
            flatten(answer.putObject("values"), read.getContent());
        if (response instanceof DiscoverResponse discovered && discovered.getObjectLinks() != null)
            links(answer, discovered.getObjectLinks());
        if (response instanceof CreateResponse created && created.getLocation() != null)
            answer.put("location", created.getLocation());
        return answer;
    }

    private static void links(ObjectNode to, Link[] links) {
        for (Link link : links)
            to.withArray("links").add(link.toCoreLinkFormat());
    }

    private static void flatten(ObjectNode to, Map<LwM2mPath, LwM2mNode> nodes) {
        nodes.forEach((path, node) -> {
            if (node != null)
                flatten(to, path, node);
        });
    }

    private static void flatten(ObjectNode to, LwM2mPath path, LwM2mNode node) {
        if (node instanceof LwM2mRoot root)
            root.getObjects().forEach((id, child) -> flatten(to, new LwM2mPath(id), child));
        else if (node instanceof LwM2mObject object)
            object.getInstances().forEach((id, child) -> flatten(to, path.append(id), child));
        else if (node instanceof LwM2mObjectInstance instance)
            instance.getResources().forEach((id, child) -> flatten(to, path.append(id), child));
        else if (node instanceof LwM2mResource resource && resource.isMultiInstances())
            resource.getInstances().forEach((id, child) -> put(to, path.append(id), child.getValue()));
        else if (node instanceof LwM2mResource resource)
            put(to, path, resource.getValue());
        else
            put(to, path, ((LwM2mResourceInstance) node).getValue());
    }

    private static void put(ObjectNode to, LwM2mPath path, Object value) {
        if (value instanceof Date date)
            to.put(path.toString(), date.getTime() / 1000);
        else if (value instanceof byte[] bytes)
            to.put(path.toString(), Hex.encodeHexString(bytes));
        else if (value instanceof ObjectLink link)
            to.put(path.toString(), link.encodeToString());
        else if (value instanceof ULong number)
            to.put(path.toString(), number.longValue());
        else
            to.set(path.toString(), json.valueToTree(value));
    }

    private static byte[] octets(String digits) {
        return Hex.decodeHex(digits.toCharArray());
    }

    private static ObjectNode event(String name) {
        return json.createObjectNode().put("event", name);
    }

    private static ObjectNode event(String name, Registration registration) {
        return event(name).put("endpoint", registration.getEndpoint());
    }

    private static synchronized void say(ObjectNode line) {
        System.out.println(line);
        System.out.flush();
    }

    private static class Teller implements RegistrationListener, ObservationListener, SendListener, PresenceListener {
        @Override
        public void registered(Registration registration, Registration previous, Collection<Observation> ended) {
            ObjectNode told = describe(event("registered", registration), registration);
            links(told, registration.getObjectLinks());
            say(told);
        }

        @Override
        public void updated(RegistrationUpdate update, Registration now, Registration before) {
            ObjectNode told = describe(event("updated", now), now).put("hasLifetime", update.getLifeTimeInSec() != null);
            if (update.getObjectLinks() != null)
                links(told, update.getObjectLinks());
            say(told);
        }

        private ObjectNode describe(ObjectNode told, Registration registration) {
            return told.put("lifetime", registration.getLifeTimeInSec())
                    .put("version", registration.getLwM2mVersion().toString())
                    .put("binding", registration.getBindingMode().toString())
                    .put("queueMode", registration.usesQueueMode())
                    .put("registration", registration.getId());
        }

        @Override
        public void unregistered(Registration registration, Collection<Observation> ended, boolean hasExpired, Registration next) {
            say(event("deregistered", registration).put("hasExpired", hasExpired));
        }

        @Override
        public void newObservation(Observation observation, Registration registration) {}

        @Override
        public void cancelled(Observation observation) {}

        @Override
        public void onResponse(SingleObservation observation, Registration registration, ObserveResponse response) {
            ObjectNode told = event("notify", registration).put("path", observation.getPath().toString())
                    .put("code", response.getCode().getName());
            if (response.getContent() != null)
                flatten(told.putObject("values"), observation.getPath(), response.getContent());
            say(told);
        }

        @Override
        public void onResponse(CompositeObservation observation, Registration registration, ObserveCompositeResponse response) {
            ObjectNode told = event("notify", registration).put("code", response.getCode().getName());
            observation.getPaths().forEach(path -> told.withArray("paths").add(path.toString()));
            if (response.getContent() != null)
                flatten(told.putObject("values"), response.getContent());
            say(told);
        }

        @Override
        public void onError(Observation observation, Registration registration, Exception error) {
            say(event("notify-error", registration).put("error", error.toString()));
        }

        @Override
        public void dataReceived(Registration registration, TimestampedLwM2mNodes data, SendRequest request) {
            ObjectNode told = event("send", registration);
            flatten(told.putObject("values"), data.getMostRecentNodes());
            if (request.getFormat() != null)
                told.put("format", request.getFormat().getCode());
            say(told);
        }

        @Override
        public void onError(Registration registration, String error, Exception cause) {
            say(event("send-error").put("error", error));
        }

        @Override
        public void onAwake(Registration registration) {
            say(event("awake", registration));
        }

        @Override
        public void onSleeping(Registration registration) {
            say(event("sleeping", registration));
        }
    }
}
