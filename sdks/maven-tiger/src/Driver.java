import com.alibaba.fastjson.JSONArray;
import com.alibaba.fastjson.JSONObject;
import com.tigerbrokers.stock.openapi.client.config.ClientConfig;
import com.tigerbrokers.stock.openapi.client.https.client.TigerHttpClient;
import com.tigerbrokers.stock.openapi.client.https.request.TigerHttpRequest;
import com.tigerbrokers.stock.openapi.client.https.response.TigerHttpResponse;
import com.tigerbrokers.stock.openapi.client.struct.enums.License;
import com.tigerbrokers.stock.openapi.client.struct.enums.MethodName;
import com.tigerbrokers.stock.openapi.client.util.HttpUtils;
import com.tigerbrokers.stock.openapi.client.util.SdkVersionUtils;
import com.tigerbrokers.stock.openapi.client.util.TigerSignature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;

/** Loads keys, signs and sends with io.github.tigerbrokers:openapi-java-sdk. */
final class Driver {
  private static final int CLIPPED = 200;

  /** PrivateKeyInfo up to its last part: version 0, rsaEncryption with NULL (RFC 5208, 8017). */
  private static final byte[] RSA_KEY_INFO =
      new byte[] {2, 1, 0, 48, 13, 6, 9, 42, -122, 72, -122, -9, 13, 1, 1, 1, 5, 0};

  private Driver() {}

  /** Hands a key over as the text of a configuration's field and signs with it. */
  private static JSONObject loadKey(JSONObject credential, JSONObject input)
      throws Stdio.Skipped, Stdio.Rejected {
    String passphrase = input.getString("passphrase");
    if (passphrase != null && !passphrase.isEmpty()) {
      throw new Stdio.Skipped("the SDK takes no passphrase");
    }
    ByteBuffer octets = ByteBuffer.wrap(Base64.getDecoder().decode(input.getString("key_b64")));
    String key;
    try {
      key = StandardCharsets.UTF_8.newDecoder().decode(octets).toString();
    } catch (CharacterCodingException error) {
      throw new Stdio.Skipped("the SDK takes a key as text");
    }
    try {
      return signed(TigerSignature.rsaSign(input.getString("content"), key, "UTF-8"));
    } catch (RuntimeException error) { // the SDK's own wrapping, or one that nobody meant
      throw new Stdio.Rejected(masked(error.toString()));
    }
  }

  /** Signs top-level fields with the functions that the client calls. */
  private static JSONObject sign(JSONObject credential, JSONObject input, Laps laps)
      throws Stdio.Skipped, Stdio.Rejected {
    Map<String, Object> params = new HashMap<>();
    for (Object row : input.getJSONArray("params")) {
      JSONArray pair = (JSONArray) row;
      if (params.containsKey(pair.getString(0))) {
        throw new Stdio.Skipped("the SDK takes a map: no name can stand twice");
      }
      params.put(pair.getString(0), pair.getString(1));
    }
    String charset = input.getString("charset");
    try {
      String key = pkcs8(credential.getString("private_key"));
      String sign = "";
      while (laps.next()) {
        sign = TigerSignature.rsaSign(TigerSignature.getSignContent(params), key, charset);
      }
      return signed(sign);
    } catch (RuntimeException error) { // a credential whose key is none
      throw new Stdio.Rejected(masked(error.toString()));
    }
  }

  /** Calls an API with the client's generic request, which sends `biz_content` as it is. */
  private static JSONObject send(JSONObject credential, JSONObject input, Laps laps)
      throws Stdio.Skipped {
    String name = input.getString("api_method");
    MethodName method =
        Arrays.stream(MethodName.values())
            .filter(one -> one.getValue().equals(name))
            .findFirst()
            .orElseThrow(() -> new Stdio.Skipped("the SDK has no MethodName of this value"));
    String named = credential.getString("license");
    String wanted = named == null || named.isEmpty() ? "TBSG" : named;
    License license =
        Arrays.stream(License.values())
            .filter(one -> one.name().equals(wanted))
            .findFirst()
            .orElseThrow(() -> new Stdio.Skipped("the SDK has no License " + wanted));
    ClientConfig config = new ClientConfig();
    config.tigerId = credential.getString("tiger_id");
    config.privateKey = pkcs8(credential.getString("private_key"));
    config.defaultAccount = credential.getString("account");
    config.license = license;
    config.token = credential.getString("token");
    config.isAutoGrabPermission = false;
    config.isAutoRefreshToken = false;
    String content = input.getString("biz_content");
    HttpUrl gateway = HttpUrl.get(input.getString("base_url") + "/gateway");
    Interceptor interceptor = chain -> sent(chain, gateway);
    HttpUtils.client = new OkHttpClient.Builder().addInterceptor(interceptor).build();
    TigerHttpClient client = new TigerHttpClient().clientConfig(config);
    try {
      TigerHttpResponse response = null;
      while (laps.next() && (response == null || response.isSuccess())) {
        TigerHttpRequest request = new TigerHttpRequest(method);
        request.setBizContent(content);
        response = client.execute(request);
      }
      String data = response.getData() == null ? "" : response.getData();
      String error = response.getCode() + " " + response.getMessage();
      return new JSONObject()
          .fluentPut("status", 0)
          .fluentPut("body_b64", data.getBytes(StandardCharsets.UTF_8))
          .fluentPut("error", response.isSuccess() ? "" : error);
    } finally {
      client.destroy();
      HttpUtils.client.connectionPool().evictAll();
    }
  }

  /**
   * Sends a request of the SDK to the gateway given. The SDK has no setting for its address, but
   * lets a program replace its HTTP client; where that sees a request, nothing was looked up yet.
   */
  private static Response sent(Interceptor.Chain chain, HttpUrl gateway) throws IOException {
    Request request = chain.request();
    if (request.method().equals("POST")) {
      return chain.proceed(request.newBuilder().url(gateway).build());
    }
    // It asks which domain is the right one; without an answer it stays with what it knows.
    return new Response.Builder()
        .request(request)
        .protocol(Protocol.HTTP_1_1)
        .code(404)
        .message("Not Found")
        .body(ResponseBody.create(MediaType.get("application/json"), "{}"))
        .build();
  }

  private static JSONObject signed(String sign) {
    return new JSONObject().fluentPut("sign", sign);
  }

  /** Returns a PKCS#1 key in PKCS#8, which the SDK takes alone; both are one base64 line. */
  private static String pkcs8(String pkcs1) {
    byte[] key = der(4, Base64.getDecoder().decode(pkcs1));
    ByteBuffer info = ByteBuffer.allocate(RSA_KEY_INFO.length + key.length);
    byte[] whole = der(48, info.put(RSA_KEY_INFO).put(key).array());
    return Base64.getEncoder().encodeToString(whole);
  }

  /** Returns a DER value; its length takes two octets, as keys of 1024 bits and more need. */
  private static byte[] der(int tag, byte[] content) {
    int length = content.length;
    return ByteBuffer.allocate(length + 4)
        .put(new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length})
        .put(content)
        .array();
  }

  /** Returns a text without what may be part of a key. */
  private static String masked(String text) {
    String without = text.replaceAll("[\\w+/=-]{32,}", "…");
    return without.substring(0, Math.min(CLIPPED, without.length()));
  }

  public static void main(String[] arguments) throws IOException {
    Map<String, Stdio.Operation> operations = new TreeMap<>();
    operations.put("load-key", Driver::loadKey);
    Map<String, Stdio.Repeated> repeated = new TreeMap<>();
    repeated.put("sign", Driver::sign);
    repeated.put("send", Driver::send);
    Stdio.serve(
        "io.github.tigerbrokers:openapi-java-sdk",
        SdkVersionUtils.getSdkVersion().replaceFirst("^java-", ""),
        "tiger-rsa",
        operations,
        repeated);
    // The SDK leaves threads that would go on.
    System.exit(0);
  }
}
