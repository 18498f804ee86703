package org.sealbox;

import java.util.ArrayList;
import java.util.List;
import javax.annotation.PostConstruct;

/** Makes what is named by a class name. */
public final class Plugins {
    /** Something that changes a value on its way. */
    public interface Filter {
        String apply(String value);
    }

    private final List<Filter> filters = new ArrayList<Filter>();
    private boolean ready;

    /** Make filters by their class names. */
    public static Plugins load(List<String> names) {
        Plugins plugins = new Plugins();
        for (String name : names) {
            try {
                plugins.filters.add((Filter) Class.forName(name).newInstance());
            } catch (ReflectiveOperationException error) {
                throw new IllegalArgumentException("cannot make " + name, error);
            } catch (ClassCastException error) {
                throw new IllegalArgumentException(name + " is no filter", error);
            }
        }
        plugins.start();
        return plugins;
    }

    @PostConstruct
    void start() {
        ready = true;
    }

    /** The value after all filters. */
    public String apply(String value) {
        if (!ready) {
            throw new IllegalStateException("not started");
        }
        String result = value;
        for (Filter filter : filters) {
            result = filter.apply(result);
        }
        return result;
    }

    /** Which Java this is: 8 for "1.8.0_292". */
    static int javaVersion(String text) {
        return Integer.parseInt(text.substring(2, text.indexOf('.', 2)));
    }

    /** Whether this Java is new enough. */
    public static boolean supported() {
        return javaVersion(System.getProperty("java.version")) >= 8;
    }
}
