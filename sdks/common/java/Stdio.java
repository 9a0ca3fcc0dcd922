import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import com.alibaba.fastjson.serializer.SerializerFeature;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The stdio protocol of docs/protocol.md for drivers of Java SDKs. */
final class Stdio {
  /** Gets a credential, empty for an operation that takes none, and an input. */
  interface Operation {
    JSONObject run(JSONObject credential, JSONObject input) throws Exception;
  }

  /** The same, and makes the SDK's call, and nothing besides, once for each lap: for `bench`. */
  interface Repeated {
    JSONObject run(JSONObject credential, JSONObject input, Laps laps) throws Exception;
  }

  /** The SDK's public interface cannot express the case; the message says why. */
  static final class Skipped extends Exception {
    Skipped(String message) {
      super(message);
    }
  }

  /** The SDK refused the case; the message is the SDK's. */
  static final class Rejected extends Exception {
    Rejected(String message) {
      super(message);
    }
  }

  private Stdio() {}

  /** Answers signproof until the input ends. */
  static void serve(
      String name,
      String version,
      String scheme,
      Map<String, Operation> operations,
      Map<String, Repeated> repeated)
      throws IOException {
    PrintStream replies = System.out;
    // Standard output belongs to the protocol.
    System.setOut(System.err);
    Map<String, JSONObject> credentials = new HashMap<>();
    InputStream input = new BufferedInputStream(System.in);
    for (String line = line(input); line != null; line = line(input)) {
      JSONObject message = JSON.parseObject(line);
      JSONObject reply = status("skipped", "this driver does not know it");
      switch (message.getString("type")) {
        case "start":
          Set<String> all = new TreeSet<>(operations.keySet());
          all.addAll(repeated.keySet());
          reply = introduction(name, version, scheme, all);
          break;
        case "prepare":
          credentials.put(message.getString("credential"), message.getJSONObject("values"));
          reply = new JSONObject().fluentPut("status", "output");
          break;
        case "run":
        case "bench":
          if (scheme.equals(message.getString("scheme"))) {
            JSONObject none = new JSONObject();
            JSONObject credential =
                credentials.getOrDefault(message.getString("credential"), none);
            Operation once = operations.get(message.getString("operation"));
            Repeated often = repeated.get(message.getString("operation"));
            if (often != null) {
              reply = outcome(often, credential, message);
            } else if (once != null && message.getString("type").equals("run")) {
              reply = outcome(once, credential, message.getJSONObject("input"));
            }
          }
          break;
        default:
      }
      reply.put("seq", message.get("seq"));
      String written = JSON.toJSONString(reply, SerializerFeature.DisableCircularReferenceDetect);
      replies.write((written + "\n").getBytes(StandardCharsets.UTF_8));
      replies.flush();
    }
  }

  /** Returns the octets before the next LF as text: a reader would end lines at CR, too. */
  private static String line(InputStream input) throws IOException {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    int octet = input.read();
    if (octet < 0) {
      return null;
    }
    for (; octet >= 0 && octet != '\n'; octet = input.read()) {
      octets.write(octet);
    }
    return octets.toString(StandardCharsets.UTF_8);
  }

  private static JSONObject introduction(
      String name, String version, String scheme, Set<String> operations) {
    JSONObject implementation =
        new JSONObject()
            .fluentPut("name", name)
            .fluentPut("version", version)
            .fluentPut("language", "Java")
            .fluentPut("runtime", System.getProperty("java.version"));
    return new JSONObject()
        .fluentPut("protocol", 1)
        .fluentPut("implementation", implementation)
        .fluentPut("operations", new JSONObject().fluentPut(scheme, operations))
        .fluentPut("features", new String[] {"bench"})
        .fluentPut("window", 1);
  }

  private static JSONObject outcome(Repeated operation, JSONObject credential, JSONObject message) {
    Laps laps = new Laps(message.getLongValue("min_ms"));
    Operation whole = (known, input) -> operation.run(known, input, laps);
    JSONObject reply = outcome(whole, credential, message.getJSONObject("input"));
    JSONObject output = reply.getJSONObject("output");
    if (output == null || message.getString("type").equals("run")) {
      return reply;
    }
    String error = output.getString("error");
    if (error != null && !error.isEmpty()) {
      return status("errored", error); // a call that failed is nothing to measure
    }
    return reply.fluentPut("iterations", laps.calls()).fluentPut("elapsed_ns", laps.elapsedNs());
  }

  private static JSONObject outcome(Operation operation, JSONObject credential, JSONObject input) {
    try {
      JSONObject output = operation.run(credential, input);
      return new JSONObject().fluentPut("status", "output").fluentPut("output", output);
    } catch (Skipped skipped) {
      return status("skipped", skipped.getMessage());
    } catch (Rejected rejected) {
      return status("rejected", rejected.getMessage());
    } catch (Exception | LinkageError error) {
      error.printStackTrace();
      return status("errored", error.toString());
    }
  }

  private static JSONObject status(String status, String message) {
    return new JSONObject().fluentPut("status", status).fluentPut("message", message);
  }
}
