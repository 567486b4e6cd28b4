<?php
/**
 * The billing service on PHP's own SoapServer, as an old accounting system would be:
 * `php -S 127.0.0.1:9102 server.php`, with BILLING_FILE. node-server.ts is the same for
 * machines without PHP's soap extension.
 */
declare(strict_types=1);

require __DIR__ . '/service.php';

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$documents = ['/billing.xsd' => 'billing.xsd', '/common.xsd' => 'common.xsd'];

if ($path === '/health') {
    header('Content-Type: application/json');
    echo '{"status":"up"}';
} elseif (isset($documents[$path])) {
    header('Content-Type: text/xml; charset=utf-8');
    readfile(__DIR__ . '/' . $documents[$path]);
} elseif ($path === '/billing' && $_SERVER['REQUEST_METHOD'] === 'GET') {
    header('Content-Type: text/xml; charset=utf-8');
    $here = "http://{$_SERVER['HTTP_HOST']}/billing";
    echo str_replace('http://127.0.0.1:9102/billing', $here, file_get_contents(__DIR__ . '/billing.wsdl'));
} elseif ($path === '/billing' && $_SERVER['REQUEST_METHOD'] === 'POST') {
    $server = new SoapServer(__DIR__ . '/billing.wsdl', [
        'cache_wsdl' => WSDL_CACHE_NONE,
        // A list of one is a list.
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
    ]);
    $server->setObject(new BillingService(getenv('BILLING_FILE') ?: __DIR__ . '/../data/billing.json'));
    $server->handle();
} else {
    http_response_code(404);
}
