"""shop.v1.Orders on grpcio, from both sides.

python3 python_orders.py FOLDER serve             prints its port, serves until its input ends
python3 python_orders.py FOLDER call PORT [gzip]  calls every method, prints what came as JSON

FOLDER has orders_pb2.py, as protoc writes it."""

import json
import sys
from concurrent import futures

import grpc
from google.protobuf.json_format import MessageToDict

folder, mode = sys.argv[1:3]
sys.path.insert(0, folder)
import orders_pb2 as pb  # noqa: E402

SERVICE = "shop.v1.Orders"


def get(key, context):
    if key.id == 404:
        context.set_trailing_metadata((("x-hint", "look elsewhere"),))
        context.abort(grpc.StatusCode.NOT_FOUND, "no such order: 404 % \u00fc")
    seen = dict(context.invocation_metadata())
    context.send_initial_metadata((("x-seen", seen.get("x-caller", "")),))
    return pb.Order(id=key.id, customer="Ravi", kind=pb.RUSH, lines=[pb.Line(sku="tea", count=3)])


def place(order, context):
    return pb.Key(id=order.id)


def watch(key, context):
    for number in range(3):
        yield pb.Order(id=number)
    if key.id == 7:
        context.abort(grpc.StatusCode.DATA_LOSS, "broke")


def add(lines, context):
    got = list(lines)
    return pb.Order(id=len(got), lines=got)


def chat(lines, context):
    for line in lines:
        yield line


def serve():
    def unary(run, message, answer):
        return grpc.unary_unary_rpc_method_handler(
            run, message.FromString, answer.SerializeToString
        )

    handlers = {
        "Get": unary(get, pb.Key, pb.Order),
        "Place": unary(place, pb.Order, pb.Key),
        "Watch": grpc.unary_stream_rpc_method_handler(
            watch, pb.Key.FromString, pb.Order.SerializeToString
        ),
        "Add": grpc.stream_unary_rpc_method_handler(
            add, pb.Line.FromString, pb.Order.SerializeToString
        ),
        "Chat": grpc.stream_stream_rpc_method_handler(
            chat, pb.Line.FromString, pb.Line.SerializeToString
        ),
    }
    server = grpc.server(futures.ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    sys.stdin.read()
    server.stop(0)


def call():
    compression = grpc.Compression.Gzip if "gzip" in sys.argv else grpc.Compression.NoCompression
    channel = grpc.insecure_channel("127.0.0.1:" + sys.argv[3], compression=compression)

    def method(kind, name, message, answer):
        path = "/%s/%s" % (SERVICE, name)
        return getattr(channel, kind)(path, message.SerializeToString, answer.FromString)

    told = {}

    def ask(name, run):
        outputs = []
        told[name] = {"outputs": outputs}
        try:
            for one in run():
                outputs.append(MessageToDict(one, preserving_proto_field_name=True))
        except grpc.RpcError as error:
            told[name].update(code=error.code().name, details=error.details())
            hints = [value for key, value in error.trailing_metadata() if key == "x-hint"]
            told[name].update(hints=hints)

    find = method("unary_unary", "Get", pb.Key, pb.Order)
    watch_all = method("unary_stream", "Watch", pb.Key, pb.Order)
    lines = [pb.Line(sku="s%d" % number, count=number) for number in range(200)]

    def found():
        order, context = find.with_call(
            pb.Key(id=9007199254740993), metadata=(("x-caller", "python"),), timeout=20
        )
        seen = [value for key, value in context.initial_metadata() if key == "x-seen"]
        told["seen"] = seen
        return [order]

    ask("found", found)
    ask("missing", lambda: [find(pb.Key(id=404))])
    ask("watched", lambda: watch_all(pb.Key(id=1)))
    ask("broken", lambda: watch_all(pb.Key(id=7)))
    ask("added", lambda: [method("stream_unary", "Add", pb.Line, pb.Order)(iter(lines))])
    ask("chatted", lambda: method("stream_stream", "Chat", pb.Line, pb.Line)(iter(lines)))
    ask("unknown", lambda: [method("unary_unary", "Nothing", pb.Key, pb.Key)(pb.Key(id=1))])
    print(json.dumps(told))


serve() if mode == "serve" else call()
