"""Knows no .proto but reflection's own: asks a server for its services, builds their messages from
the descriptors in a pool that takes nothing malformed, and calls what it is told to.

python3 call_by_reflection.py PORT KEY FOLDER SERVICE METHOD JSON

FOLDER has reflection_pb2.py, as protoc writes it. Prints services, files and the answer as JSON."""

import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

port, key, folder, service, method, message = sys.argv[1:7]
sys.path.insert(0, folder)
import reflection_pb2  # noqa: E402

channel = grpc.insecure_channel("127.0.0.1:" + port)
metadata = [("x-api-key", key)]
reflect = channel.stream_stream(
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    reflection_pb2.ServerReflectionRequest.SerializeToString,
    reflection_pb2.ServerReflectionResponse.FromString,
)


def ask(**request):
    return next(reflect(iter([reflection_pb2.ServerReflectionRequest(**request)]), metadata=metadata))


services = [one.name for one in ask(list_services="").list_services_response.service]
files = {}
for name in services:
    for data in ask(file_containing_symbol=name).file_descriptor_response.file_descriptor_proto:
        file = descriptor_pb2.FileDescriptorProto.FromString(data)
        files.setdefault(file.name, file)

pool = descriptor_pool.DescriptorPool()
added = set()


def add(file):
    if file.name in added:
        return
    added.add(file.name)
    for dependency in file.dependency:
        add(files[dependency])
    pool.Add(file)


for file in files.values():
    add(file)

found = pool.FindServiceByName(service).FindMethodByName(method)
factory = message_factory.MessageFactory(pool)
Input = factory.GetPrototype(found.input_type)
Output = factory.GetPrototype(found.output_type)
call = channel.unary_unary(
    "/%s/%s" % (service, method), Input.SerializeToString, Output.FromString
)
answer = call(json_format.Parse(message, Input()), metadata=metadata)
print(
    json.dumps(
        {
            "services": services,
            "files": sorted(files),
            "answer": json_format.MessageToDict(answer),
        }
    )
)
