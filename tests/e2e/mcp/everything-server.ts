/** The tools that the conformance suite of MCP asks for, on the official library. */
import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const sound = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";
const text = { type: "text", text: "This is a simple text response for testing." } as const;
const image = { type: "image", data: pixel, mimeType: "image/png" } as const;
const nothing = z.object({});

export function createEverything(): McpServer {
  const server = new McpServer({ name: "everything", version: "1" });
  const offer = (name: string, content: readonly object[]) => {
    const description = `Gives ${name}.`;
    server.registerTool(name, { description, inputSchema: nothing }, () => ({ content }) as never);
  };
  const resource = (uri: string, mimeType: string, words: string) => ({
    type: "resource",
    resource: { uri, mimeType, text: words },
  });
  offer("test_simple_text", [text]);
  offer("test_image_content", [image]);
  offer("test_audio_content", [{ type: "audio", data: sound, mimeType: "audio/wav" }]);
  offer("test_embedded_resource", [
    resource("test://embedded-resource", "text/plain", "This is an embedded resource content."),
  ]);
  offer("test_multiple_content_types", [
    { type: "text", text: "Multiple content types test:" },
    image,
    resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
  ]);
  server.registerTool(
    "test_error_handling",
    { inputSchema: nothing, description: "Fails." },
    () => {
      throw new Error("This tool intentionally returns an error for testing");
    },
  );
  return server;
}
