package com.example;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import javax.xml.bind.JAXB;
import javax.xml.bind.annotation.XmlRootElement;

@XmlRootElement
public class Ledger {
    private List<String> lines = new ArrayList<String>();

    public List<String> getLines() {
        return lines;
    }

    public void setLines(List<String> lines) {
        this.lines = lines;
    }

    public String asXml() {
        StringWriter out = new StringWriter();
        JAXB.marshal(this, out);
        return out.toString();
    }
}
