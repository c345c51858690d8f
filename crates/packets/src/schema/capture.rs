//! What the frame itself has, what the session knows of it, and bytes without a protocol.

use super::protocols;

protocols! {
    frame {
        LAYER "frame" Protocol: "every frame; its bytes";
        CAP_LEN "frame.cap_len" Number(32): "bytes that were captured";
        INTERFACE_NAME "frame.interface_name" Text: "the interface it was seen on";
        LEN "frame.len" Number(32): "bytes on the wire";
        NUMBER "frame.number" Number(32): "its number, from 1";
        TIME "frame.time" Date: "when it was seen";
        TIME_DELTA "frame.time_delta" Time: "seconds since the frame before";
        TIME_EPOCH "frame.time_epoch" Time: "when it was seen, in seconds since 1970";
        TIME_RELATIVE "frame.time_relative" Time: "seconds since the first frame";
    }

    socklab {
        CAUSE "socklab.cause" Text: "why it was sent: the call, and the kernel's part in words";
        CERTAINTY "socklab.certainty" Text: "how sure that is: caused by, follows from or probably";
        FROM "socklab.from" Text: "what its sender is called: a socket's variable, or a program";
        RULE "socklab.rule" Number(32): "a rule of the wire that did something to it";
        TO "socklab.to" Text: "what its receiver is called";
    }

    ws {
        MALFORMED "_ws.malformed" Protocol "Malformed": "a header that is not as its protocol demands";
        SHORT "_ws.short" Protocol "Cut short": "a header that the capture cut off";
    }

    data {
        LAYER "data" Protocol: "bytes that no protocol here explains";
        DATA "data.data" Bytes "Data": "those bytes";
        LEN "data.len" Number(32) "Length": "how many there are";
    }
}
