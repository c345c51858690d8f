//! The fields of what lies above TCP and UDP.

use super::protocols;

protocols! {
    dns {
        LAYER "dns" Protocol: "Domain Name System";
        A "dns.a" Ipv4 "Address": "IPv4 address of a name";
        AAAA "dns.aaaa" Ipv6 "AAAA Address": "IPv6 address of a name";
        CAA_FLAGS "dns.caa.flags" Number(8) "CAA Flags": "CAA Flags";
        CAA_TAG "dns.caa.tag" Text "Tag": "CAA: what the value is";
        CAA_TAG_LENGTH "dns.caa.tag_length" Number(8) "Length": "caa tag length";
        CAA_VALUE "dns.caa.value" Text "Value": "value";
        CNAME "dns.cname" Text "CNAME": "CNAME";
        COUNT_ADD_RR "dns.count.add_rr" Number(16) "Additional RRs": "additional RRs";
        COUNT_ANSWERS "dns.count.answers" Number(16) "Answer RRs": "answer RRs";
        COUNT_AUTH_RR "dns.count.auth_rr" Number(16) "Authority RRs": "authority RRs";
        COUNT_LABELS "dns.count.labels" Number(16) "Label Count": "label Count";
        COUNT_QUERIES "dns.count.queries" Number(16) "Questions": "questions";
        DATA "dns.data" Bytes "Data": "types that exist";
        DNAME "dns.dname" Text "Dname": "dname";
        DNSKEY_ALGORITHM "dns.dnskey.algorithm" Number(8) "Algorithm": "algorithm";
        DNSKEY_FLAGS "dns.dnskey.flags" Number(16) "Flags": "flags";
        DNSKEY_PROTOCOL "dns.dnskey.protocol" Number(8) "Protocol": "protocol";
        DNSKEY_PUBLIC_KEY "dns.dnskey.public_key" Bytes "Public Key": "public Key";
        DS_ALGORITHM "dns.ds.algorithm" Number(8) "Algorithm": "algorithm";
        DS_DIGEST "dns.ds.digest" Bytes "Digest": "digest";
        DS_DIGEST_TYPE "dns.ds.digest_type" Number(8) "Digest Type": "digest Type";
        DS_KEY_ID "dns.ds.key_id" Number(16) "Key id": "key id";
        FLAGS "dns.flags" Number(16) "Flags": "flags";
        FLAGS_AUTHENTICATED "dns.flags.authenticated" Boolean "Answer authenticated": "answer authenticated";
        FLAGS_AUTHORITATIVE "dns.flags.authoritative" Boolean "Authoritative": "authoritative";
        FLAGS_CHECKDISABLE "dns.flags.checkdisable" Boolean "Non-authenticated data": "non-authenticated data";
        FLAGS_OPCODE "dns.flags.opcode" Number(16) "Opcode": "opcode";
        FLAGS_RCODE "dns.flags.rcode" Number(16) "Reply code": "how it went: 0 no error, 3 no such name";
        FLAGS_RECAVAIL "dns.flags.recavail" Boolean "Recursion available": "recursion available";
        FLAGS_RECDESIRED "dns.flags.recdesired" Boolean "Recursion desired": "recursion desired";
        FLAGS_RESPONSE "dns.flags.response" Boolean "Response": "a response, not a query";
        FLAGS_TRUNCATED "dns.flags.truncated" Boolean "Truncated": "truncated";
        FLAGS_Z "dns.flags.z" Boolean "Z": "z";
        HINFO_CPU "dns.hinfo.cpu" Text "CPU": "HINFO: the processor";
        HINFO_CPU_LENGTH "dns.hinfo.cpu_length" Number(8) "Length": "hinfo cpu length";
        HINFO_OS "dns.hinfo.os" Text "OS": "HINFO: the operating system";
        HINFO_OS_LENGTH "dns.hinfo.os_length" Number(8) "Length": "hinfo os length";
        ID "dns.id" Number(16) "Transaction ID": "number that a query and its response share";
        LENGTH "dns.length" Number(16) "Length": "length";
        MX_MAIL_EXCHANGE "dns.mx.mail_exchange" Text "Mail Exchange": "mail Exchange";
        MX_PREFERENCE "dns.mx.preference" Number(16) "Preference": "preference";
        NAPTR_FLAGS "dns.naptr.flags" Text "Flags": "NAPTR: flags";
        NAPTR_FLAGS_LENGTH "dns.naptr.flags_length" Number(8) "Length": "naptr flags length";
        NAPTR_ORDER "dns.naptr.order" Number(16) "Order": "order";
        NAPTR_PREFERENCE "dns.naptr.preference" Number(16) "Preference": "preference";
        NAPTR_REGEX "dns.naptr.regex" Text "Regex": "NAPTR: regular expression";
        NAPTR_REGEX_LENGTH "dns.naptr.regex_length" Number(8) "Length": "naptr regex length";
        NAPTR_REPLACEMENT "dns.naptr.replacement" Text "Replacement": "replacement";
        NAPTR_SERVICE "dns.naptr.service" Text "Service": "NAPTR: service";
        NAPTR_SERVICE_LENGTH "dns.naptr.service_length" Number(8) "Length": "naptr service length";
        NS "dns.ns" Text "Name Server": "name Server";
        NSEC_NEXT_DOMAIN_NAME "dns.nsec.next_domain_name" Text "Next Domain Name": "next Domain Name";
        OPT "dns.opt" Label "Option": "option";
        OPT_CODE "dns.opt.code" Number(16) "Option Code": "option Code";
        OPT_DATA "dns.opt.data" Bytes "Option Data": "option Data";
        OPT_LEN "dns.opt.len" Number(16) "Option Length": "option Length";
        PTR_DOMAIN_NAME "dns.ptr.domain_name" Text "Domain Name": "domain Name";
        QRY_CLASS "dns.qry.class" Number(16) "Class": "qry class";
        QRY_NAME "dns.qry.name" Text "Query": "the name that is asked for";
        QRY_NAME_LEN "dns.qry.name.len" Number(16) "Name Length": "name Length";
        QRY_QU "dns.qry.qu" Boolean "\"QU\" question": "qry qu";
        QRY_TYPE "dns.qry.type" Number(16) "Type": "the type that is asked for: 1 A, 28 AAAA";
        RESP_CACHE_FLUSH "dns.resp.cache_flush" Boolean "Cache flush": "resp cache flush";
        RESP_CLASS "dns.resp.class" Number(16) "Class": "resp class";
        RESP_EDNS0_VERSION "dns.resp.edns0_version" Number(8) "EDNS0 version": "EDNS0 version";
        RESP_EXT_RCODE "dns.resp.ext_rcode" Number(8) "Higher bits in extended RCODE": "resp ext rcode";
        RESP_LEN "dns.resp.len" Number(16) "Data length": "data length";
        RESP_NAME "dns.resp.name" Text "Record": "the name a record is about";
        RESP_TTL "dns.resp.ttl" Number(32) "Time to live": "time to live";
        RESP_TYPE "dns.resp.type" Number(16) "Type": "type of a record: 1 A, 28 AAAA";
        RESP_Z "dns.resp.z" Number(16) "Z": "z";
        RESP_Z_DO "dns.resp.z.do" Boolean "Accepts DNSSEC security RRs": "accepts DNSSEC security RRs";
        RR_UDP_PAYLOAD_SIZE "dns.rr.udp_payload_size" Number(16) "UDP payload size": "UDP payload size";
        RRSIG_ALGORITHM "dns.rrsig.algorithm" Number(8) "Algorithm": "algorithm";
        RRSIG_KEY_TAG "dns.rrsig.key_tag" Number(16) "Key Tag": "key Tag";
        RRSIG_LABELS "dns.rrsig.labels" Number(8) "Labels": "labels";
        RRSIG_ORIGINAL_TTL "dns.rrsig.original_ttl" Number(32) "Original TTL": "original TTL";
        RRSIG_SIGNATURE "dns.rrsig.signature" Bytes "Signature": "signature";
        RRSIG_SIGNERS_NAME "dns.rrsig.signers_name" Text "Signer's name": "signer's name";
        RRSIG_TYPE_COVERED "dns.rrsig.type_covered" Number(16) "Type Covered": "type Covered";
        SOA_EXPIRE_LIMIT "dns.soa.expire_limit" Number(32) "Expire limit": "expire limit";
        SOA_MINIMUM_TTL "dns.soa.minimum_ttl" Number(32) "Minimum TTL": "minimum TTL";
        SOA_MNAME "dns.soa.mname" Text "Primary name server": "primary name server";
        SOA_REFRESH_INTERVAL "dns.soa.refresh_interval" Number(32) "Refresh Interval": "refresh Interval";
        SOA_RETRY_INTERVAL "dns.soa.retry_interval" Number(32) "Retry Interval": "retry Interval";
        SOA_RNAME "dns.soa.rname" Text "Responsible authority's mailbox": "responsible authority's mailbox";
        SOA_SERIAL_NUMBER "dns.soa.serial_number" Number(32) "Serial Number": "serial Number";
        SPF "dns.spf" Text "SPF": "SPF: the text";
        SPF_LENGTH "dns.spf.length" Number(8) "Length": "spf length";
        SRV_PORT "dns.srv.port" Number(16) "Port": "port";
        SRV_PRIORITY "dns.srv.priority" Number(16) "Priority": "priority";
        SRV_TARGET "dns.srv.target" Text "Target": "target";
        SRV_WEIGHT "dns.srv.weight" Number(16) "Weight": "weight";
        SSHFP_ALGORITHM "dns.sshfp.algorithm" Number(8) "Algorithm": "algorithm";
        SSHFP_FINGERPRINT "dns.sshfp.fingerprint" Bytes "Fingerprint": "fingerprint";
        SSHFP_FINGERPRINT_TYPE "dns.sshfp.fingerprint.type" Number(8) "Fingerprint type": "fingerprint type";
        SVCB_SVCPARAM "dns.svcb.svcparam" Label "SvcParam": "svcb svcparam";
        SVCB_SVCPARAM_KEY "dns.svcb.svcparam.key" Number(16) "SvcParamKey": "svcParamKey";
        SVCB_SVCPARAM_VALUE "dns.svcb.svcparam.value" Bytes "SvcParamValue": "svcb svcparam value";
        SVCB_SVCPARAM_VALUE_LENGTH "dns.svcb.svcparam.value.length" Number(16) "SvcParamValue length": "svcb svcparam value length";
        SVCB_SVCPRIORITY "dns.svcb.svcpriority" Number(16) "SvcPriority": "svcPriority";
        SVCB_TARGETNAME "dns.svcb.targetname" Text "TargetName": "targetName";
        TLSA_CERTIFICATE_ASSOCIATION_DATA "dns.tlsa.certificate_association_data" Bytes "Certificate Association Data": "certificate Association Data";
        TLSA_CERTIFICATE_USAGE "dns.tlsa.certificate_usage" Number(8) "Certificate Usage": "certificate Usage";
        TLSA_MATCHING_TYPE "dns.tlsa.matching_type" Number(8) "Matching Type": "matching Type";
        TLSA_SELECTOR "dns.tlsa.selector" Number(8) "Selector": "selector";
        TXT "dns.txt" Text "TXT": "TXT: a text of the record";
        TXT_LENGTH "dns.txt.length" Number(8) "Length": "txt length";
    }

    mdns {
        LAYER "mdns" Protocol: "multicast DNS";
    }

    llmnr {
        LAYER "llmnr" Protocol: "link-local multicast name resolution";
    }

    http {
        LAYER "http" Protocol: "HTTP/1.1";
        ACCEPT "http.accept" Text "Accept": "accept";
        ACCEPT_ENCODING "http.accept_encoding" Text "Accept-Encoding": "accept-Encoding";
        ACCEPT_LANGUAGE "http.accept_language" Text "Accept-Language": "accept-Language";
        AUTHORIZATION "http.authorization" Text "Authorization": "authorization";
        CACHE_CONTROL "http.cache_control" Text "Cache-Control": "cache-Control";
        CONNECTION "http.connection" Text "Connection": "connection";
        CONTENT_ENCODING "http.content_encoding" Text "Content-Encoding": "content-Encoding";
        CONTENT_LENGTH "http.content_length" Number(64) "Content length": "content length";
        CONTENT_LENGTH_HEADER "http.content_length_header" Text "Content-Length": "content-Length";
        CONTENT_TYPE "http.content_type" Text "Content-Type": "content-Type";
        COOKIE "http.cookie" Text "Cookie": "cookie";
        DATE "http.date" Text "Date": "date";
        HOST "http.host" Text "Host": "host";
        LAST_MODIFIED "http.last_modified" Text "Last-Modified": "last-Modified";
        LOCATION "http.location" Text "Location": "location";
        PROXY_AUTHENTICATE "http.proxy_authenticate" Text "Proxy-Authenticate": "proxy-Authenticate";
        PROXY_AUTHORIZATION "http.proxy_authorization" Text "Proxy-Authorization": "proxy-Authorization";
        REFERER "http.referer" Text "Referer": "referer";
        REQUEST "http.request" Boolean "Request": "a request";
        REQUEST_LINE "http.request.line" Text "Header": "a header field of a request";
        REQUEST_METHOD "http.request.method" Text "Request Method": "GET, POST …";
        REQUEST_URI "http.request.uri" Text "Request URI": "what is asked for";
        REQUEST_URI_PATH "http.request.uri.path" Text: "what is asked for, up to ?";
        REQUEST_URI_QUERY "http.request.uri.query" Text: "what stands after ?";
        REQUEST_URI_QUERY_PARAMETER "http.request.uri.query.parameter" Text: "one part of it, between &";
        REQUEST_VERSION "http.request.version" Text "Request Version": "request Version";
        RESPONSE "http.response" Boolean "Response": "a response";
        RESPONSE_CODE "http.response.code" Number(16) "Status Code": "status: 200, 404 …";
        RESPONSE_LINE "http.response.line" Text "Header": "a header field of a response";
        RESPONSE_PHRASE "http.response.phrase" Text "Response Phrase": "response Phrase";
        RESPONSE_VERSION "http.response.version" Text "Response Version": "response Version";
        SEC_WEBSOCKET_ACCEPT "http.sec_websocket_accept" Text "Sec-WebSocket-Accept": "sec-WebSocket-Accept";
        SEC_WEBSOCKET_EXTENSIONS "http.sec_websocket_extensions" Text "Sec-WebSocket-Extensions": "sec-WebSocket-Extensions";
        SEC_WEBSOCKET_KEY "http.sec_websocket_key" Text "Sec-WebSocket-Key": "sec-WebSocket-Key";
        SEC_WEBSOCKET_PROTOCOL "http.sec_websocket_protocol" Text "Sec-WebSocket-Protocol": "sec-WebSocket-Protocol";
        SEC_WEBSOCKET_VERSION "http.sec_websocket_version" Text "Sec-WebSocket-Version": "sec-WebSocket-Version";
        SERVER "http.server" Text "Server": "server";
        SET_COOKIE "http.set_cookie" Text "Set-Cookie": "set-Cookie";
        TRANSFER_ENCODING "http.transfer_encoding" Text "Transfer-Encoding": "transfer-Encoding";
        UPGRADE "http.upgrade" Text "Upgrade": "upgrade";
        USER_AGENT "http.user_agent" Text "User-Agent": "user-Agent";
        WWW_AUTHENTICATE "http.www_authenticate" Text "WWW-Authenticate": "WWW-Authenticate";
        X_FORWARDED_FOR "http.x_forwarded_for" Text "X-Forwarded-For": "x-Forwarded-For";
    }

    tls {
        LAYER "tls" Protocol: "Transport Layer Security";
        ALERT_MESSAGE "tls.alert_message" Label "Alert Message": "alert Message";
        ALERT_MESSAGE_DESC "tls.alert_message.desc" Number(8) "Description": "description";
        ALERT_MESSAGE_LEVEL "tls.alert_message.level" Number(8) "Level": "level";
        APP_DATA "tls.app_data" Bytes "Encrypted Application Data": "encrypted Application Data";
        CHANGE_CIPHER_SPEC "tls.change_cipher_spec" Label "Change Cipher Spec Message": "change cipher spec";
        HANDSHAKE "tls.handshake" Label "Handshake Protocol": "handshake Protocol";
        HANDSHAKE_CIPHER_SUITES_LENGTH "tls.handshake.cipher_suites_length" Number(16) "Cipher Suites Length": "handshake cipher suites length";
        HANDSHAKE_CIPHERSUITE "tls.handshake.ciphersuite" Number(16) "Cipher Suite": "a cipher suite that is offered or chosen";
        HANDSHAKE_CIPHERSUITES "tls.handshake.ciphersuites" Label "Cipher Suites": "handshake ciphersuites";
        HANDSHAKE_COMP_METHOD "tls.handshake.comp_method" Number(8) "Compression Method": "compression Method";
        HANDSHAKE_COMP_METHODS_LENGTH "tls.handshake.comp_methods_length" Number(8) "Compression Methods Length": "handshake comp methods length";
        HANDSHAKE_EXTENSION "tls.handshake.extension" Label "Extension": "extension";
        HANDSHAKE_EXTENSION_DATA "tls.handshake.extension.data" Bytes "Data": "data";
        HANDSHAKE_EXTENSION_LEN "tls.handshake.extension.len" Number(16) "Length": "length";
        HANDSHAKE_EXTENSION_TYPE "tls.handshake.extension.type" Number(16) "Type": "type";
        HANDSHAKE_EXTENSIONS_SUPPORTED_VERSION "tls.handshake.extensions.supported_version" Number(16) "Supported Version": "handshake extensions supported version";
        HANDSHAKE_EXTENSIONS_SUPPORTED_VERSIONS_LEN "tls.handshake.extensions.supported_versions_len" Number(8) "Supported Versions length": "handshake extensions supported versions len";
        HANDSHAKE_EXTENSIONS_ALPN_LEN "tls.handshake.extensions_alpn_len" Number(16) "ALPN Extension Length": "ALPN Extension Length";
        HANDSHAKE_EXTENSIONS_ALPN_STR "tls.handshake.extensions_alpn_str" Text "ALPN Next Protocol": "handshake extensions alpn str";
        HANDSHAKE_EXTENSIONS_ALPN_STR_LEN "tls.handshake.extensions_alpn_str_len" Number(8) "ALPN string length": "handshake extensions alpn str len";
        HANDSHAKE_EXTENSIONS_KEY_SHARE_GROUP "tls.handshake.extensions_key_share_group" Number(16) "Group": "group";
        HANDSHAKE_EXTENSIONS_KEY_SHARE_KEY_EXCHANGE_LENGTH "tls.handshake.extensions_key_share_key_exchange_length" Number(16) "Key Exchange Length": "handshake extensions key share key exchange length";
        HANDSHAKE_EXTENSIONS_LENGTH "tls.handshake.extensions_length" Number(16) "Extensions Length": "extensions Length";
        HANDSHAKE_EXTENSIONS_SERVER_NAME "tls.handshake.extensions_server_name" Text "Server Name": "the server that a client hello asks for";
        HANDSHAKE_EXTENSIONS_SERVER_NAME_LEN "tls.handshake.extensions_server_name_len" Number(16) "Server Name length": "handshake extensions server name len";
        HANDSHAKE_EXTENSIONS_SERVER_NAME_LIST_LEN "tls.handshake.extensions_server_name_list_len" Number(16) "Server Name list length": "handshake extensions server name list len";
        HANDSHAKE_EXTENSIONS_SERVER_NAME_TYPE "tls.handshake.extensions_server_name_type" Number(8) "Server Name Type": "handshake extensions server name type";
        HANDSHAKE_EXTENSIONS_SUPPORTED_GROUP "tls.handshake.extensions_supported_group" Number(16) "Supported Group": "handshake extensions supported group";
        HANDSHAKE_LENGTH "tls.handshake.length" Number(24) "Length": "length";
        HANDSHAKE_RANDOM "tls.handshake.random" Bytes "Random": "random";
        HANDSHAKE_SESSION_ID "tls.handshake.session_id" Bytes "Session ID": "session ID";
        HANDSHAKE_SESSION_ID_LENGTH "tls.handshake.session_id_length" Number(16) "Session ID Length": "session ID Length";
        HANDSHAKE_SIG_HASH_ALG "tls.handshake.sig_hash_alg" Number(16) "Signature Algorithm": "handshake sig hash alg";
        HANDSHAKE_TYPE "tls.handshake.type" Number(8) "Handshake Type": "1 client hello, 2 server hello";
        HANDSHAKE_VERSION "tls.handshake.version" Number(16) "Version": "version";
        RECORD_CONTENT_TYPE "tls.record.content_type" Number(8) "Content Type": "20 change cipher spec, 21 alert, 22 handshake, 23 application data";
        RECORD_LENGTH "tls.record.length" Number(16) "Length": "length";
        RECORD_VERSION "tls.record.version" Number(16) "Version": "version";
        SEGMENTS "tls.segments" Label "Goes on in another segment": "a record that goes on in another segment";
    }

    websocket {
        LAYER "websocket" Protocol: "WebSocket";
        FIN "websocket.fin" Boolean "Fin": "fin";
        MASK "websocket.mask" Boolean "Mask": "mask";
        MASKING_KEY "websocket.masking_key" Bytes "Masking-Key": "masking-Key";
        OPCODE "websocket.opcode" Number(8) "Opcode": "opcode";
        PAYLOAD_CLOSE_REASON "websocket.payload.close.reason" Text "Reason": "payload close reason";
        PAYLOAD_CLOSE_STATUS_CODE "websocket.payload.close.status_code" Number(16) "Status code": "payload close status code";
        PAYLOAD_CONTINUE "websocket.payload.continue" Bytes "Continuation": "continuation";
        PAYLOAD_PING "websocket.payload.ping" Bytes "Ping": "ping";
        PAYLOAD_PONG "websocket.payload.pong" Bytes "Pong": "pong";
        PAYLOAD_TEXT "websocket.payload.text" Text "Text": "text, unmasked";
        PAYLOAD_UNKNOWN "websocket.payload.unknown" Bytes "Payload": "payload";
        PAYLOAD_LENGTH "websocket.payload_length" Number(8) "Payload length": "payload length";
        PAYLOAD_LENGTH_EXT_16 "websocket.payload_length_ext_16" Number(16) "Extended Payload length (16 bits)": "payload length ext 16";
        PAYLOAD_LENGTH_EXT_64 "websocket.payload_length_ext_64" Number(64) "Extended Payload length (64 bits)": "payload length ext 64";
        RSV "websocket.rsv" Number(8) "Reserved": "reserved";
    }

    engineio {
        LAYER "engineio" Protocol: "Engine.IO, in the text of a WebSocket";
        DATA "engineio.data" Text "Data": "data";
        TYPE "engineio.type" Number(8) "Packet type": "0 open, 2 ping, 3 pong, 4 message";
    }

    socketio {
        LAYER "socketio" Protocol: "Socket.IO, in a message of Engine.IO";
        DATA "socketio.data" Text "Data": "data";
        TYPE "socketio.type" Number(8) "Packet type": "0 connect, 2 event, 3 ack";
    }
}
