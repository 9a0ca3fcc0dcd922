/** How often a driver makes the SDK's call: once for `run`, for a while for `bench`. */
final class Laps {
  private static final long NS_PER_MS = 1_000_000;

  private final long leastNs;
  private long startedNs;
  private long rounds;
  private long elapsedNs;

  /** Goes round once, or as often as `minMs` milliseconds take. */
  Laps(long minMs) {
    leastNs = minMs * NS_PER_MS;
  }

  /** Tells whether there is another round; what is between two is all that it measures. */
  boolean next() {
    if (rounds == 0) {
      startedNs = System.nanoTime();
    }
    elapsedNs = System.nanoTime() - startedNs;
    return rounds++ == 0 || elapsedNs < leastNs;
  }

  /** How often the call was made, once there is no other round. */
  long calls() {
    return rounds - 1;
  }

  long elapsedNs() {
    return elapsedNs;
  }
}
