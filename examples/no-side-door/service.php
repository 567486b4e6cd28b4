<?php
/** A service that refuses whoever comes past the gateway: `GATEWAY=... php -S 127.0.0.1:9203 service.php`. */
declare(strict_types=1);

require __DIR__ . '/through-gateway.php';

header('Content-Type: application/json');
if (!came_through_gateway(getenv('GATEWAY') ?: 'http://127.0.0.1:8080')) {
    http_response_code(403);
    exit('{"title":"Only through the gateway"}');
}
echo json_encode(['caller' => getallheaders()['Parlance-Caller'] ?? null]);
