<?php
// Calls the billing contract with PHP's SoapClient through the WSDL at the URL given; prints JSON.
$client = new SoapClient($argv[1], [
    'soap_version' => $argv[2] === '1.2' ? SOAP_1_2 : SOAP_1_1,
    'cache_wsdl' => WSDL_CACHE_NONE,
]);
$header = new SoapHeader('urn:example:billing', 'Session', 's-1', true);
$invoice = $client->__soapCall('getInvoice', [['id' => '42']], null, [$header])->invoice;
$line = ['sku' => 'b', 'price' => ['_' => '2.50', 'currency' => 'USD']];
$fault = null;
try {
    $client->getInvoice(['id' => '1']);
} catch (SoapFault $error) {
    $fault = ['message' => $error->getMessage(), 'id' => $error->detail->NotFound->id];
}
$client->ping([]);
echo json_encode([
    'iban' => $invoice->iban,
    'price' => $invoice->line->price->_,
    'currency' => $invoice->line->price->currency,
    'receipt' => $client->store(['id' => 7, 'card' => 'c', 'line' => [$line]]),
    'sum' => $client->add(['a' => 1, 'b' => 2])->sum,
    'fault' => $fault,
]);
