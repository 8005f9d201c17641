package store;

import java.util.List;
import java.io.*;
import static java.lang.Math.max;

/** Keeps things. */
public class Store<T extends Comparable<T>> extends Base implements Reader {
    private static final int LIMIT = 10;
    private List<T> items;

    public Store(String name, int... rest) {
        super(name);
        this.items = new ArrayList<>();
    }

    @Override
    public T find(String key) throws IOException {
        for (T item : items) {
            if (item.toString().equals("x" + key)) return item;
        }
        try (Reader reader = open(key)) {
            items.forEach(each -> System.out.println(each));
        } catch (IOException error) {
            throw error; // again
        }
        int best = max(LIMIT, 'c');
        return null;
    }

    enum Mode { NEAR, FAR }
    record Point(int x, int y) {}
    interface Reader { T read(int count); }
}
