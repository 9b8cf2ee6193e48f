import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.Producer;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy;
import org.apache.camel.support.DefaultExchange;

/**
 * Camel's aggregator with its in-memory repository. Arguments: lines of a round, keys, lines a batch. For each line of stdin it does a round
 * and prints how many nanoseconds that took.
 */
public class Aggregator {
  static final AtomicLong DELIVERED = new AtomicLong();

  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[0]);
    int keys = Integer.parseInt(args[1]);
    int linesPerBatch = Integer.parseInt(args[2]);
    DefaultCamelContext context = new DefaultCamelContext();
    context.addRoutes(new RouteBuilder() {
      @Override
      public void configure() {
        from("direct:lines")
            .aggregate(header("key"), new GroupedBodyAggregationStrategy())
            .completionSize(linesPerBatch)
            .process(exchange -> DELIVERED.addAndGet(exchange.getMessage().getBody(List.class).size()));
      }
    });
    context.start();
    Producer producer = context.getEndpoint("direct:lines").createProducer();
    producer.start();
    List<String> names = new ArrayList<>();
    for (int key = 0; key < keys; key++) names.add("key-" + key);
    List<String> lines = new ArrayList<>();
    for (int index = 0; index < count; index++) lines.add("x".repeat(290) + index);

    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    while (input.readLine() != null) {
      DELIVERED.set(0);
      long startedAt = System.nanoTime();
      for (int index = 0; index < count; index++) {
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setBody(lines.get(index));
        exchange.getMessage().setHeader("key", names.get(index % keys));
        producer.process(exchange);
      }
      while (DELIVERED.get() < count) Thread.onSpinWait();
      long nanoseconds = System.nanoTime() - startedAt;
      System.out.println(nanoseconds);
    }
    context.stop();
  }
}
