<?php
/**
 * A program of old that knows nothing but SOAP: places an order with PHP's own SoapClient, by the
 * WSDL that the gateway serves for orders, a service that knows nothing but JSON.
 * GATEWAY_URL and CLIENT_KEY in the environment.
 */
declare(strict_types=1);

$gateway = getenv('GATEWAY_URL') ?: 'http://127.0.0.1:8080';
$key = getenv('CLIENT_KEY') ?: '';

try {
    $orders = new SoapClient("$gateway/soap/orders?wsdl", [
        'cache_wsdl' => WSDL_CACHE_NONE,
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        'stream_context' => stream_context_create(['http' => ['header' => "X-Api-Key: $key"]]),
    ]);
    $line = ['sku' => 'CUP-CLAY-6', 'name' => 'Clay cups, six', 'quantity' => 2, 'unitPrice' => '180.00'];
    $order = $orders->createOrder(['body' => ['customer' => 'desk@example.org', 'lines' => [$line]]]);
    $invoice = $order->invoice->number ?? 'none: ' . ($order->invoice->reason ?? 'orders has no billing');
    echo "Placed {$order->id} over {$order->total} {$order->currency}, invoice $invoice\n";
    $again = $orders->getOrder(['orderId' => $order->id]);
    echo "Read it again: {$again->status}, {$again->lines[0]->quantity} x {$again->lines[0]->name}\n";
    $orders->getOrder(['orderId' => 'o-0000000000000000']);
} catch (SoapFault $fault) {
    $detail = array_key_first((array) ($fault->detail ?? []));
    echo "Fault {$fault->faultcode}: {$fault->getMessage()}", $detail === null ? '' : " ($detail)", "\n";
    exit($detail === 'getOrder.NotFound' ? 0 : 1);
}
